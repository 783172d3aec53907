"""Control: clients, their services, and the users who may act for them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from litestar import delete, patch, put
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.records import Client
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of
from counterfoil_sandbox.whmcs.wire import money


class ClientChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    companyname: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    address1: str | UnsetType = UNSET
    address2: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    currency: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    allow_sso: bool | UnsetType = UNSET
    disable_autocc: bool | UnsetType = UNSET
    add_credit: Decimal | UnsetType = UNSET
    tell: bool = True


@patch("/_sandbox/clients/{client_id:int}")
async def change_client(request: AnyRequest, client_id: FromPath[int], data: JSONBody[ClientChange]) -> dict[str, Any]:
    installation = installation_of(request)
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    tell, credit = given.pop("tell"), given.pop("add_credit", None)
    if given:
        installation.book_keeper.edit_client(_client(installation, client_id), given, tell=tell)
    if credit is not None:
        installation.book_keeper.add_credit(client_id, books.cents(credit), "Credit by hand", tell=tell)
    client = _client(installation, client_id)
    return {**msgspec.to_builtins(client), "credit": money(client.credit)}


@delete("/_sandbox/clients/{client_id:int}", status_code=204)
async def delete_client(
    request: AnyRequest, client_id: FromPath[int], into: FromQuery[int | None] = None, tell: FromQuery[bool] = True
) -> None:
    """With `into` its invoices and people go over to that client before (merge)."""
    installation = installation_of(request)
    _client(installation, client_id)
    if into is None:
        installation.book_keeper.delete_client(client_id, tell=tell)
    else:
        installation.book_keeper.merge_client(client_id, into, tell=tell)


def _client(installation: Installation, client_id: int) -> Client:
    found = installation.ledger.clients.newest(client_id)
    if found is None:
        raise NotFoundException(f"No client {client_id}")
    return found


class ServiceChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    status: str | UnsetType = UNSET
    cycle: str | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    next_due: dt.date | UnsetType = UNSET
    tell: bool = True


@patch("/_sandbox/services/{service_id:int}", status_code=204)
async def change_service(request: AnyRequest, service_id: FromPath[int], data: JSONBody[ServiceChange]) -> None:
    installation = installation_of(request)
    service = installation.ledger.services.newest(service_id)
    if service is None:
        raise NotFoundException(f"No service {service_id}")
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    tell = given.pop("tell")
    installation.book_keeper.edit_service(service, given, tell=tell)


class UserChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    email: str | UnsetType = UNSET
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    two_factor: bool | UnsetType = UNSET


@patch("/_sandbox/users/{user_id:int}", status_code=204)
async def change_user(request: AnyRequest, user_id: FromPath[int], data: JSONBody[UserChange]) -> None:
    users = installation_of(request).ledger.users
    user = users.newest(user_id)
    if user is None:
        raise NotFoundException(f"No user {user_id}")
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    users.put(user_id, msgspec.structs.replace(user, **given))


class Permissions(msgspec.Struct):
    permissions: list[str] | None


@put("/_sandbox/users/{user_id:int}/permissions/{client_id:int}", status_code=204)
async def set_permissions(
    request: AnyRequest, user_id: FromPath[int], client_id: FromPath[int], data: JSONBody[Permissions]
) -> None:
    """Null takes the user off the client."""
    rights = None if data.permissions is None else tuple(data.permissions)
    installation_of(request).book_keeper.set_permissions(user_id, client_id, rights)


CLIENTS = [change_client, delete_client, change_service, change_user, set_permissions]
