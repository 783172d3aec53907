"""The sign-in page again, for whoever was refused: why, and what to do next."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from msgspec.structs import replace

from counterfoil.errors import CounterfoilError, RateLimited, Unavailable
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.pages.page_responses import unstored
from counterfoil.web.services import Services
from counterfoil.web.views.shell import Shell, shell_with
from counterfoil.web.views.sign_in import sign_in_page


def shell_of_sign_in(request: AnyRequest, next_address: str, *, language: str = "") -> Shell:
    """Another language does not lose where to go afterwards."""
    query = f"?{urlencode({'next': next_address})}" if next_address != "/" else ""
    return replace(shell_with(request, None, language=language), here=f"/sign-in{query}")


def refused(
    request: AnyRequest, services: Services, next_address: str, error: CounterfoilError, *, email: str = ""
) -> Response[Any]:
    """With what was typed but the password."""
    reference = context_of(request.scope).request_id
    page = sign_in_page(services.settings, next_address, email=email, error=error, reference=reference)
    response = unstored(services, page, shell_of_sign_in(request, next_address), status=error.status)
    if isinstance(error, RateLimited | Unavailable):
        response.headers["retry-after"] = str(error.retry_after)
    return response
