"""Control: saved ways of paying, and the gateways."""

from litestar import delete, get, put
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody

from counterfoil_sandbox.whmcs.records import Gateway, PayMethod
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of


@get("/_sandbox/pay-methods")
async def pay_methods(request: AnyRequest, client: FromQuery[int]) -> list[PayMethod]:
    """The default first."""
    return installation_of(request).ledger.pay_methods_of(client)


@delete("/_sandbox/pay-methods/{method_id:int}")
async def delete_pay_method(request: AnyRequest, method_id: FromPath[int], tell: FromQuery[bool] = True) -> None:
    installation = installation_of(request)
    method = installation.ledger.pay_methods.newest(method_id)
    if method is None:
        raise NotFoundException(f"No pay method {method_id}")
    installation.book_keeper.delete_pay_method(method, tell=tell)


@put("/_sandbox/gateways")
async def set_gateways(request: AnyRequest, data: JSONBody[dict[str, str]]) -> dict[str, str]:
    """{"module": "name"}: these and no others are active. No hook tells of it."""
    ledger = installation_of(request).ledger
    ledger.gateways = {module: Gateway(module, name, is_card=module == "stripe") for module, name in data.items()}
    return data


PAY_METHODS = [pay_methods, delete_pay_method, set_gateways]
