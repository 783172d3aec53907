"""The REST API: every call is signed in, counted and recorded, meets its faults, and is carried out on the org."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec
from litestar import HttpMethod, Request, Response, get, post, route
from litestar.params import FromPath

from . import soql
from .composite import run_composite
from .faults import OF_RECORDS, Fault, faulty, refusal, refused_parts
from .installation import Call, Installation
from .org import Org, Record, Refused
from .schema import KINDS

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

GET, PATCH, DELETE = HttpMethod.GET, HttpMethod.PATCH, HttpMethod.DELETE

SOBJECTS = "/services/data/{version:str}/sobjects"

PAGE = 2000
"""Records in one answer to a query."""


def installation_of(request: AnyRequest) -> Installation:
    installation: Installation = request.app.state.installation
    return installation


@post("/services/oauth2/token", status_code=200)
async def token(request: AnyRequest) -> Answer:
    installation = installation_of(request)
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    own_url = str(request.base_url).rstrip("/")

    def sign_in() -> Record:
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise _NoToken("unsupported_grant_type", "grant type not supported")
        try:
            access_token = installation.token_for(form.get("assertion", ""), own_url)
        except ValueError as error:
            raise _NoToken(*error.args) from None
        instance = {"instance_url": own_url, "id": f"{own_url}/id/00D/005", "token_type": "Bearer", "scope": "api"}
        return {"access_token": access_token, **instance}

    return await _answered(installation, Call("token", "", "", None, 0.0), sign_in)


class _NoToken(Refused):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(400, error, description)

    @property
    def body(self) -> Any:
        return {"error": self.code, "error_description": self.message}


@get("/services/data/")
async def versions() -> list[dict[str, str]]:
    return [{"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}]


@get("/services/data/{version:str}/query")
async def query(request: AnyRequest) -> Answer:
    org = installation_of(request).org
    text = request.query_params.get("q", "")

    def found() -> Record:
        return _page(soql.run(org, text), 0, text)

    return await answered_call(request, "query", _queried(text), found, text)


@get("/services/data/{version:str}/queryAll")
async def query_all(request: AnyRequest) -> Answer:
    """With what was deleted, as long as it is in the bin."""
    org = installation_of(request).org
    text = request.query_params.get("q", "")

    def found() -> Record:
        return _page(soql.run(org, text, deleted_too=True), 0, text)

    return await answered_call(request, "queryAll", _queried(text), found, text)


@get("/services/data/{version:str}/query/{locator:str}")
async def query_more(request: AnyRequest, locator: FromPath[str]) -> Answer:
    org = installation_of(request).org
    text, _, start = bytes.fromhex(locator).decode().rpartition("|")
    return await answered_call(request, "query", _queried(text), lambda: _page(soql.run(org, text), int(start), text))


def _queried(text: str) -> str:
    words = re.sub(r"\([^()]*\)", "", text).split()
    upper = [word.upper() for word in words]
    return words[upper.index("FROM") + 1] if "FROM" in upper[:-1] else ""


def _page(records: list[Record], start: int, text: str) -> Record:
    end = start + PAGE
    page: Record = {"totalSize": len(records), "done": end >= len(records), "records": records[start:end]}
    if not page["done"]:
        page["nextRecordsUrl"] = f"/services/data/v66.0/query/{f'{text}|{end}'.encode().hex()}"
    return page


@post("/services/data/{version:str}/sobjects/{kind:str}")
async def create(request: AnyRequest, kind: FromPath[str]) -> Answer:
    org = installation_of(request).org
    values = await _json(request)

    def created() -> Record:
        return {"id": org.create(kind, values)["Id"], "success": True, "errors": []}

    return await answered_call(request, "create", kind, created, values, status=201)


@route(f"{SOBJECTS}/{{kind:str}}/{{record_id:str}}", status_code=200, http_method=[GET, PATCH, DELETE])
async def record(request: AnyRequest, kind: FromPath[str], record_id: FromPath[str]) -> Answer:
    org = installation_of(request).org
    if request.method == "GET":
        return await answered_call(request, "read", kind, lambda: _read(org, kind, org.get(kind, record_id), request))
    if request.method == "DELETE":
        return await answered_call(request, "delete", kind, lambda: org.delete(kind, record_id), status=204)
    values = await _json(request)
    return await answered_call(request, "update", kind, lambda: org.update(kind, record_id, values), values, status=204)


@route(f"{SOBJECTS}/{{kind:str}}/{{field:str}}/{{value:str}}", status_code=200, http_method=[GET, PATCH])
async def by_external_id(
    request: AnyRequest, kind: FromPath[str], field: FromPath[str], value: FromPath[str]
) -> Answer:
    org = installation_of(request).org
    if request.method == "GET":
        return await answered_call(request, "read", kind, lambda: _found(org, kind, field, value, request))
    values = await _json(request)
    status = 200 if _exists(org, kind, field, value) else 201
    return await answered_call(
        request, "upsert", kind, lambda: upsert(org, kind, field, value, values), values, status=status
    )


def _exists(org: Org, kind: str, field: str, value: str) -> bool:
    try:
        return org.by_external_id(kind, field, value) is not None
    except Refused:  # said when it is carried out
        return False


def upsert(org: Org, kind: str, field: str, value: str, values: Record) -> Record:
    found = org.by_external_id(kind, field, value)
    if found is None:
        return {"id": org.create(kind, {**values, field: value})["Id"], "success": True, "created": True, "errors": []}
    org.update(kind, found["Id"], values)
    return {"id": found["Id"], "success": True, "created": False, "errors": []}


def _found(org: Org, kind: str, field: str, value: str, request: AnyRequest) -> Record:
    found = org.by_external_id(kind, field, value)
    if found is None:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    return _read(org, kind, found, request)


def _read(org: Org, kind: str, found: Record, request: AnyRequest) -> Record:
    fields = org.fields(kind)
    wanted = request.query_params.get("fields", "")
    names = [name.strip() for name in wanted.split(",")] if wanted else list(fields)
    for name in names:
        if name not in fields:
            raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}")
    attributes = {"type": kind, "url": f"/services/data/v66.0/sobjects/{kind}/{found['Id']}"}
    return {"attributes": attributes, "Id": found["Id"], **{name: found.get(name) for name in names}}


@post("/services/data/{version:str}/composite", status_code=200)
async def composite(request: AnyRequest) -> Answer:
    org = installation_of(request).org
    body = await _json(request)
    return await answered_call(request, "composite", "", lambda: run_composite(org, body), body)


async def _json(request: AnyRequest) -> Any:
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        return {}


async def answered_call(
    request: AnyRequest, operation: str, kind: str, work: Callable[[], Any], body: Any = None, *, status: int = 200
) -> Answer:
    installation = installation_of(request)
    call = Call(operation, kind, request.url.path, body, 0.0)

    def checked() -> Any:
        if not installation.is_valid(request.headers.get("authorization", "")):
            raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if kind and kind not in KINDS and operation != "query":
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
        return work()

    return await _answered(installation, call, checked, status)


async def _answered(installation: Installation, call: Call, work: Callable[[], Any], status: int = 200) -> Answer:
    call.at = asyncio.get_running_loop().time()
    installation.calls.append(call)
    installation.used += 1
    fault = installation.take_fault(call.operation, call.object)
    if fault is not None and fault.kind == "latency":
        await asyncio.sleep(fault.wait())
        fault = None
    if installation.used > installation.daily_limit and call.operation != "token":
        fault = Fault(kind="quota")
    answer = await _outcome(installation, fault, work, status, call)
    call.status = answer.status_code or 200
    answer.headers["sforce-limit-info"] = f"api-usage={installation.used}/{installation.daily_limit}"
    return answer


async def _outcome(
    installation: Installation, fault: Fault | None, work: Callable[[], Any], status: int, call: Call
) -> Answer:
    body: Any = None
    try:
        if fault is None or fault.after or fault.kind == "broken-json":
            body = work()
        if fault is not None:
            if refused := refusal(fault, call.operation):
                raise refused
            if call.operation == "composite" and fault.kind in OF_RECORDS:
                return Response(refused_parts(fault, call.body), status_code=200, media_type="application/json")
            if fault.kind == "hang":
                await installation.released.wait()
            return faulty(fault, body)
    except Refused as refused:
        return Response(refused.body, status_code=refused.status, media_type="application/json")
    if status == 204:
        return Response(None, status_code=204)
    return Response(body, status_code=status, media_type="application/json")


HANDLERS = [token, versions, query, query_all, query_more, create, record, by_external_id, composite]
