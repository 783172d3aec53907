"""Describing an object, and what only the User Interface API tells: a picklist's values for one record type."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from .describe import described, picklist_values
from .rest import answered_call, installation_of

AnyRequest = Request[Any, Any, Any]


@get("/services/data/{version:str}/sobjects/{kind:str}/describe")
async def describe(request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
    org = installation_of(request).org
    return await answered_call(request, "describe", kind, lambda: described(org, kind))


@get("/services/data/{version:str}/ui-api/object-info/{kind:str}/picklist-values/{record_type:str}/{field:str}")
async def values_of_record_type(
    request: AnyRequest, kind: FromPath[str], record_type: FromPath[str], field: FromPath[str]
) -> Response[Any]:
    org = installation_of(request).org
    return await answered_call(request, "picklist", kind, lambda: picklist_values(org, kind, record_type, field))
