"""Who may what: people who were shut out, pages of another account, accounts that are gone, reading again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import product

import httpx2

from proofs.hold.stage import Row, Stage
from tests.portal.conftest import Portal
from tests.portal.test_closed_accounts import CHIDI, THEIRS, code_of
from tests.portal.test_other_account import BROWSER, WRITES, begun, choose
from tests.processes import Child
from tests.stack import COUNTERFOIL

ADA = "ada@example.com"
LIST, REFRESH = "/api/v1/invoices", "/refresh"
OF_A_CLIENT = (LIST, "/api/v1/invoices.csv", "/api/v1/summary", "/api/v1/statement")
GONE = (403, "account_closed")
WRITING = {"UpdateClient", "AddOrder", "CreateSsoToken", "CreateInvoice"}
OF_A_PERSON = {"GetUsers", "GetUserPermissions"}
"""Who may see what is read again by itself when it is a minute old."""


def shut_out(stage: Stage) -> Row:
    """Unlinked while signed in, then with another address in WHMCS: old sessions and a new one, on each portal."""
    with untouched(stage) as portal, signed_in(stage, ADA) as before:
        seen = [client.get(LIST).status_code for client in before]
        _run(stage, "unlink", ADA, "--client", "1")
        try:
            seen += [client.get(LIST).status_code for client in before]
            portal.whmcs.control("PATCH", "users/1", {"email": "ada@elsewhere.example"})
            with signed_in(stage, "ada@elsewhere.example") as after:
                seen += [client.get(LIST).status_code for client in (*before, *after)]
        finally:
            portal.whmcs.control("PATCH", "users/1", {"email": ADA})
            _run(stage, "link", ADA, "--client", "1", "--forget")
    ok = seen[:2] == [200, 200] and set(seen[2:]) == {404}
    said = f"{seen[2:].count(404)} of {len(seen[2:])} reads find no account"
    return Row("unlinked, then another address in WHMCS", "out at once, on both, and stays out", said, ok)


def nobodys_address(stage: Stage) -> Row:
    """Whoever takes the address later would get what is decided now."""
    lines = (("link", "nobody@example.com", "--client", "1"), ("staff", "grant", "nobody@example.com"))
    refused = sum(_run(stage, *line) == 1 for line in lines)
    name, wanted = "a link and a staff grant to nobody's address", "both refused"
    return Row(name, wanted, f"{refused} of {len(lines)} refused", refused == len(lines))


def forms_of_another_account(stage: Stage) -> Row:
    """Each form that writes, made for one account, sent after a switch to another one in another tab."""
    with untouched(stage) as portal, signed_in(stage, CHIDI) as (chidi, _):
        for client_id in (1, THEIRS):
            rights = ["invoices", "orders", "profile", "products", "quotes"]
            portal.whmcs.control("PUT", f"users/3/permissions/{client_id}", {"permissions": rights})
        portal.webhook("user.updated", user_id=3).raise_for_status()
        choose(chidi, THEIRS)
        page = begun(chidi)
        choose(chidi, 1)
        portal.whmcs.forget_calls()
        invoice = str(portal.whmcs.notable("ada.overdue"))
        seen = Counter(
            chidi.post(
                path.format(invoice=invoice),
                data=page | {name: value.format(invoice=invoice) for name, value in form.items()},
                headers=BROWSER,
            ).status_code
            for path, form in WRITES
        )
        written = sum(action in WRITING for action in portal.whmcs.actions())
    said = f"{seen[409]} of {len(WRITES)} are 409, {written} writes"
    ok = seen == {409: len(WRITES)} and not written
    return Row("forms of account A after a switch to B", "409, nothing written", said, ok)


def accounts_that_are_gone(stage: Stage) -> Row:
    """Deleted, merged and closed: everything that was cached, read on both portals right after the webhook."""
    seen: Counter[tuple[int, str]] = Counter()
    for happened in ("deleted", "merged", "closed"):
        with untouched(stage) as portal, signed_in(stage, CHIDI) as clients:
            choose(clients[0], THEIRS)
            for client, path in product(clients, OF_A_CLIENT):
                client.get(path).raise_for_status()
            _lose(portal, happened)
            for client, path in product(clients, OF_A_CLIENT):
                answer = client.get(path)
                seen[answer.status_code, code_of(answer)] += 1
    said = f"{seen[GONE]} of {seen.total()} reads are 403 account_closed"
    name = "a client deleted, merged, closed in WHMCS"
    return Row(name, "403 account_closed at once on both", said, seen.total() == seen[GONE] == 24)


def refresh_by_a_guest(stage: Stage) -> Row:
    """Somebody who may only see tickets has everything read again, three times."""
    with untouched(stage) as portal, signed_in(stage, ADA) as (ada, _), signed_in(stage, CHIDI) as (chidi, _):
        portal.whmcs.control("PUT", "users/3/permissions/1", {"permissions": ["tickets"]})
        portal.webhook("user.updated", user_id=3).raise_for_status()
        choose(chidi, 1)
        page = {"Accept": "text/html"}
        ada.get("/", headers=page).raise_for_status()
        portal.whmcs.forget_calls()
        seen = [
            chidi.post(REFRESH, data={"next": "/"}, headers={"Accept": "application/json"}).status_code
            for _ in range(3)
        ]
        ada.get("/", headers=page).raise_for_status()
        calls = [action for action in portal.whmcs.actions() if action not in OF_A_PERSON]
    said = f"{seen.count(403)} of 3 are 403, {len(calls)} calls"
    ok = seen == [403] * 3 and not calls
    return Row("a guest with only tickets asks to read again", "403, costs the owner no call", said, ok)


ATTACKS: tuple[Callable[[Stage], Row], ...] = (
    shut_out,
    nobodys_address,
    forms_of_another_account,
    accounts_that_are_gone,
    refresh_by_a_guest,
)


@contextmanager
def untouched(stage: Stage) -> Iterator[Portal]:
    """The first portal before a WHMCS as it was seeded, of which nobody remembers anything; and again afterwards."""
    portal = Portal(stage.one)
    _begin_anew(portal)
    try:
        yield portal
    finally:
        _begin_anew(portal)


@contextmanager
def signed_in(stage: Stage, email: str) -> Iterator[tuple[httpx2.Client, ...]]:
    """One session, as each portal serves it."""
    with stage.one.visitor(email) as first, ExitStack() as stack:
        cookies: Mapping[str, str] = dict(first.cookies)
        others = [
            stack.enter_context(httpx2.Client(base_url=each.url, cookies=dict(cookies), timeout=60))
            for each in stage.portals[1:]
        ]
        yield (first, *others)


def _begin_anew(portal: Portal) -> None:
    portal.whmcs.control("POST", "reset")
    portal.whmcs.mend()
    portal.webhook("gateway.changed").raise_for_status()


def _run(stage: Stage, *arguments: str) -> int:
    """`counterfoil ARGUMENTS` with the portals' settings; gives the exit code."""
    folder, environment = stage.one.folder, stage.one.environment
    return Child([*COUNTERFOIL, *arguments], folder / "commands.log", env=environment, cwd=folder).run()


def _lose(portal: Portal, happened: str) -> None:
    if happened == "closed":
        portal.whmcs.control("PATCH", f"clients/{THEIRS}", {"status": "Closed", "tell": False})
        portal.whmcs.tell("client.closed", client_id=THEIRS)
        return
    portal.whmcs.control("DELETE", f"clients/{THEIRS}" + ("?into=4" if happened == "merged" else ""))
    portal.whmcs.wait_for_deliveries()
