"""POST /includes/api.php: who may call, what goes wrong on purpose, which action it is, and a record of every call."""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, post
from litestar.response import Stream

from . import dialects, faulty_answers, wire
from .actions import (
    addon,
    catalogue,
    clients,
    correspondence,
    invoices,
    invoicing,
    orders,
    pay_methods,
    payments,
    profiles,
    subscriptions,
    users,
)
from .actions.context import ActionContext, Answer, Params, RefusedError
from .calls import NOT_RECORDED, Call
from .installation import Installation
from .quirks import bent
from .switches import IN_THE_ANSWER, Fault, Switches

Action = Callable[[ActionContext, Params], Answer]
Reply = Response[Any]

ACTIONS: dict[str, Action] = {
    "acceptorder": orders.accept_order,
    "addinvoicepayment": payments.add_invoice_payment,
    "addorder": orders.add_order,
    "applycredit": payments.apply_credit,
    "counterfoilchanges": addon.changes,
    "counterfoilinvoices": addon.several_invoices,
    "counterfoilorder": addon.order,
    "createinvoice": invoicing.create_invoice,
    "createssotoken": users.create_sso_token,
    "getclientsdetails": clients.get_clients_details,
    "getclientsproducts": subscriptions.get_clients_products,
    "getcontacts": correspondence.get_contacts,
    "getcredits": clients.get_credits,
    "getcurrencies": catalogue.get_currencies,
    "getinvoice": invoices.get_invoice,
    "getinvoices": invoices.get_invoices,
    "getorders": orders.get_orders,
    "getpaymentmethods": catalogue.get_payment_methods,
    "getpaymethods": pay_methods.get_pay_methods,
    "getproducts": catalogue.get_products,
    "getquotes": correspondence.get_quotes,
    "gettransactions": invoices.get_transactions,
    "getuserpermissions": users.get_user_permissions,
    "getusers": users.get_users,
    "updateclient": profiles.update_client,
    "updateinvoice": invoicing.update_invoice,
    "validatelogin": users.validate_login,
    "whmcsdetails": catalogue.whmcs_details,
}


WITH_ANSWER = {"truncated-json", "truncate", "drip"}
"""Breakages that show (part of) the answer, so that it has to be worked out."""


@post("/includes/api.php", status_code=200)
async def api(request: Request[Any, Any, Any]) -> Reply:
    """Parameters come form-encoded, or in the query as PHP's $_REQUEST allows."""
    installation: Installation = request.app.state.installation
    body = (await request.body()).decode(errors="replace")
    params = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    params |= dict(parse_qsl(body, keep_blank_values=True))
    call = Call(
        action=params.get("action", ""),
        params={name: value for name, value in params.items() if name not in NOT_RECORDED},
        caller=params.get("identifier", ""),
        at=time.time(),
        started=time.monotonic(),
    )
    installation.calls.begin(call)
    try:
        base_url = installation.options.public_url or str(request.base_url)
        reply = await _reply(installation, params, call, base_url.rstrip("/"))
        call.status = reply.status_code or 200
        return reply
    finally:
        installation.calls.end(call, time.monotonic())


async def _reply(installation: Installation, params: Params, call: Call, base_url: str) -> Reply:
    refusal = _refusal(installation, params)
    if refusal is not None:
        call.result = "error"
        return faulty_answers.denied(refusal)
    faults = installation.switches.take_faults(call.action, call.params)
    call.faults = [fault.kind for fault in faults]
    slow = [fault for fault in faults if fault.kind == "latency"]
    spoilt = [fault for fault in faults if fault.kind in IN_THE_ANSWER]
    broken = next((fault for fault in faults if fault not in slow and fault not in spoilt), None)
    delays = [(installation.switches.seconds(fault), fault.read_at) for fault in slow]
    await asyncio.sleep(sum(seconds * read_at for seconds, read_at in delays))
    answer: Answer = {"result": "success"}
    if broken is None or broken.after or broken.kind in WITH_ANSWER:
        call.read_at = time.monotonic()
        answer = _answer(installation, params, call.action, base_url)
    await asyncio.sleep(sum(seconds * (1 - read_at) for seconds, read_at in delays))
    if broken is not None:
        return await _broken(installation, broken, call, answer)
    for fault in spoilt:
        answer = dialects.altered(answer, fault)
    call.result = str(answer["result"])
    as_xml = params.get("responsetype") == "xml"
    cannot = any(fault.kind == "malformed-utf8" for fault in spoilt)
    if cannot and not as_xml:
        call.result, answer = "error", {"result": "error", "message": dialects.NOT_ENCODABLE}
    if as_xml:
        return Response(dialects.encode_xml(answer, spoilt=cannot), status_code=200, media_type="text/xml")
    return _whole(installation.switches, call.action, answer)


def _refusal(installation: Installation, params: Params) -> str | None:
    """Why WHMCS would not even look at the action; these come with 403."""
    options, switches = installation.options, installation.switches
    has_key = bool(options.access_key) and _same(params.get("accesskey", ""), options.access_key)
    if not has_key and (options.access_key or not switches.ip_allowed):
        return "Invalid IP 127.0.0.1"
    identifier = params.get("identifier") or params.get("username", "")
    secret = params.get("secret") or params.get("password", "")
    if not identifier or not secret:
        return "Invalid or missing credentials"
    is_known = any(_same(identifier, known) for known in options.identifier.split(","))
    if not (is_known and _same(secret, options.secret)):
        return "Authentication Failed"
    action = params.get("action", "").lower()
    if action in switches.denied_actions:
        return f'Invalid Permissions: API action "{action}" is not allowed'
    return None


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _answer(installation: Installation, params: Params, action: str, base_url: str) -> Answer:
    carried_out = ACTIONS.get(action.lower())
    if carried_out is None or not dialects.is_there(action.lower(), installation.switches):
        return {"result": "error", "message": installation.switches.unknown_action}
    context = ActionContext(
        installation.options,
        installation.ledger,
        installation.book_keeper,
        installation.switches,
        installation.addon,
        installation.tokens,
        installation.switches.system_url or base_url,
        action,
    )
    try:
        return carried_out(context, params)
    except RefusedError as refused:
        return {"result": "error", "message": str(refused)}


def _whole(switches: Switches, action: str, answer: Answer) -> Reply:
    answer = bent(answer, action, switches)
    body = wire.encode(dialects.as_status(answer) if switches.has("status-errors", action) else answer)
    if switches.has("php-warning-before", action):
        body = faulty_answers.PHP_WARNING + body
    if switches.has("php-warning-after", action):
        body += faulty_answers.PHP_WARNING
    if switches.has("bom", action):
        body = faulty_answers.BOM + body
    kind = "text/html; charset=utf-8" if switches.has("text-html", action) else "application/json"
    return Response(body, status_code=200, media_type=kind)


async def _broken(installation: Installation, fault: Fault, call: Call, answer: Answer) -> Reply:
    body = wire.encode(answer)
    if fault.kind == "error":
        call.result = "error"
        said: Answer = {"result": "error", "message": fault.message}
        if installation.switches.has("status-errors", call.action):
            said = dialects.as_status(said)
        return Response(wire.encode(said), status_code=fault.status or 200, media_type="application/json")
    if fault.kind == "hang":
        await installation.released.wait()
        return Response(b"", status_code=504)
    if fault.kind == "drip":
        return Stream(_dripping(body, installation.switches.seconds(fault)), media_type="application/json")
    if fault.kind in faulty_answers.NEEDS_PROXY and not installation.can_break_connections:
        return Response(b"This fault needs the real server: counterfoil sandbox whmcs", status_code=501)
    return faulty_answers.faulty(fault, call.action, body)


async def _dripping(body: bytes, pause: float) -> AsyncIterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        await asyncio.sleep(pause)
