"""What a handler answers, where its type does not say so: most give bytes that are encoded already."""

from typing import Any, NamedTuple

from litestar.openapi import ResponseSpec

ETAG = {"ETag": {"description": "Of what is answered; for If-None-Match and If-Match.", "schema": {"type": "string"}}}
CSV_HEADERS = {
    "As-Of": {"description": "When reading began.", "schema": {"type": "string", "format": "date-time"}},
    "Content-Disposition": {"description": "The name of the file.", "schema": {"type": "string"}},
}
SET_COOKIE = {"Set-Cookie": {"description": "The session's cookie from now on.", "schema": {"type": "string"}}}


class Sent(NamedTuple):
    """For the option `sends`: text that is no JSON."""

    media_type: str
    example: str


def answers(what: Any) -> dict[int, ResponseSpec]:
    """For `responses`: a read whose bytes are this, as JSON."""
    return {200: ResponseSpec(what, generate_examples=False, description="As the billing system has it.")}


def request_header(name: str, *, description: str, required: bool = False, **schema: Any) -> dict[str, Any]:
    """For the option `request_headers`."""
    about = {"name": name, "in": "header", "required": required, "description": description}
    return {**about, "schema": {"type": "string", **schema}}
