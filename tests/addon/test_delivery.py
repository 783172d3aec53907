"""How messages reach the portal: signed, once in effect, whatever the portal does meanwhile."""

import base64
import time
from pathlib import Path

import pytest

from tests.addon.installation import Installation, new_secret
from tests.addon.receiver import Receiver

WAITING, DELIVERED, DEAD, FETCHED = range(4)
NOW = 1_800_000_000.0
CRON = ["hook", "AfterCronJob"]


def paid(number: int) -> list[object]:
    return ["hook", "InvoicePaid", {"invoiceid": number}]


def crons(whmcs: Installation, portal: Receiver, *, until: float) -> None:
    """WHMCS's cron every five minutes, in a time that passes at once."""
    while whmcs.now is not None and whmcs.now < until:
        whmcs.now += 300
        portal.at = whmcs.now
        whmcs.play(CRON)


def test_message(whmcs: Installation, portal: Receiver) -> None:
    """Sent when the request ends: type, time and ids, signed as Standard Webhooks has it, named after its number."""
    whmcs.play(["clock", NOW], ["hook", "OrderPaid", {"orderId": 4, "userId": 7}], ["clock", None])
    (message,) = portal.accepted
    assert message.body == (
        '{"type":"order.updated","timestamp":"2027-01-15T08:00:00Z","data":{"order_id":4,"client_id":7}}'
    )
    assert message.id == f"cf_{whmcs.series()}_1"
    assert message.headers["user-agent"] == "Counterfoil-WHMCS/0.2.0"
    assert whmcs.states() == [DELIVERED]


def test_a_message_without_ids_has_an_empty_object(small: Installation, portal: Receiver) -> None:
    """PHP would write an empty list."""
    small.play(["hook", "DailyCronJob"])
    assert '"data":{}' in portal.accepted[0].body


def test_nothing_is_sent_before_the_request_ends(small: Installation, portal: Receiver, tmp_path: Path) -> None:
    """The visitor does not wait for the portal."""
    process = small.start(paid(5), ["until", str(tmp_path / "go")])
    assert process.stdout
    for _ in range(3):  # loaded, the clock, recorded
        process.stdout.readline()
    assert (small.states(), len(portal.seen)) == ([WAITING], 0)
    (tmp_path / "go").touch()
    process.communicate(timeout=60)
    assert small.states() == [DELIVERED]


def test_a_request_sends_20_messages_at_most(small: Installation, portal: Receiver) -> None:
    """The rest is due a moment later, for whichever process comes next."""
    small.now = portal.at = NOW
    small.play(["hooks", "InvoicePaid", "invoiceid", 1, 31])
    assert len(portal.accepted) == 20
    small.now = portal.at = NOW + 15
    small.play(CRON)
    assert [message.data["invoice_id"] for message in portal.accepted] == list(range(1, 31))


def test_portal_down_for_hours(whmcs: Installation, portal: Receiver) -> None:
    """Everything arrives, each with the id that it had in every attempt, within an hour of the portal's return."""
    whmcs.now, portal.status = NOW, 503
    whmcs.play(*[paid(number) for number in range(1, 26)])
    crons(whmcs, portal, until=NOW + 5 * 3600)
    attempts = len(portal.seen)
    assert attempts < 20, "a portal that is down is left alone, more and more"
    portal.status = 0
    crons(whmcs, portal, until=NOW + 6 * 3600 + 300)
    assert sorted(message.data["invoice_id"] for message in portal.accepted) == list(range(1, 26))
    assert set(whmcs.states()) == {DELIVERED}
    assert {message.id for message in portal.seen} == {message.id for message in portal.accepted}


@pytest.mark.parametrize("status", [200, 202, 301, 307, 401, 404, 429, 500, 502, 503])
def test_only_204_is_the_portal(small: Installation, portal: Receiver, status: int) -> None:
    """A parked domain answers 200, a proxy redirects: neither has the message. Redirects are not followed."""
    portal.status, small.now = status, NOW
    portal.headers = {"Location": f"{portal.url}/elsewhere"}
    small.play(paid(1), paid(2))
    assert len(portal.seen) == 1, "the others wait: it is the portal's failure, not the message's"
    assert small.states() == [WAITING, WAITING]
    portal.status, small.now, portal.at = 0, NOW + 15, NOW + 15
    small.play(CRON)
    assert small.states() == [DELIVERED, DELIVERED]


def test_a_portal_that_hangs_costs_two_seconds(small: Installation, portal: Receiver) -> None:
    """Not the half minute that it would take. And then nobody asks it for a while: a page view costs nothing."""
    asked: list[float] = []
    portal.before = lambda: asked.append(time.monotonic())
    portal.hangs, small.now = 200.0, NOW
    began = time.monotonic()
    small.play(paid(1), paid(2), paid(3))
    small.play(paid(4))
    assert time.monotonic() - began < 100
    assert len(asked) == 1
    assert small.states() == 4 * [WAITING]


def test_nobody_there(small: Installation, portal: Receiver) -> None:
    small.settings(portal_url="http://127.0.0.1:9")
    small.play(paid(1))
    assert small.states() == [WAITING]
    assert small.outbox("status, id")[0]["status"] == 0


@pytest.mark.parametrize("status", [400, 413])
def test_what_the_portal_does_not_understand_is_given_up(small: Installation, portal: Receiver, status: int) -> None:
    """At once, and the others go on. It can be sent again by hand."""
    portal.status = status
    small.play(paid(1))
    portal.status = 0
    small.play(paid(2))
    assert small.states() == [DEAD, DELIVERED]
    assert "given up" in small.play(["page"])[0]
    small.play(["form", {"counterfoil_do": "again", "number": "1"}], CRON)
    assert small.states() == [DELIVERED, DELIVERED]


def test_after_three_days_nobody_needs_it(small: Installation, portal: Receiver) -> None:
    """Whatever the portal keeps has run out by then. It is visible as given up."""
    portal.status, small.now = 503, NOW
    small.play(paid(1))
    crons(small, portal, until=NOW + 300)
    small.now = NOW + 3 * 86400 + 7200
    small.play(CRON)
    assert small.states() == [DEAD]


def test_secrets_are_rotated(whmcs: Installation, portal: Receiver) -> None:
    """Addon with both, then the portal with the new one, then the addon with the new one: nothing is refused."""
    new = new_secret()
    for addon, accepts in (
        (f"{new},{whmcs.secret}", [whmcs.secret]),
        (f"{new}, {whmcs.secret}", [new]),
        (new, [new]),
    ):
        portal.secrets[:] = accepts
        whmcs.settings(webhook_secret=addon)
        whmcs.play(paid(1))
    assert [message.status for message in portal.seen] == [204, 204, 204]


def test_secret_that_whmcs_keeps_encrypted(small: Installation, portal: Receiver) -> None:
    """Whether or not a version of WHMCS encrypts fields of the kind "password"."""
    small.settings(webhook_secret=base64.b64encode(small.secret.encode()).decode()[::-1])
    small.play(paid(1))
    assert small.states() == [DELIVERED]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_???", "secret"])
def test_without_a_secret_nothing_is_sent_and_nothing_forgotten(
    small: Installation, portal: Receiver, secret: str
) -> None:
    """An empty or short secret signs what anybody could sign."""
    small.settings(webhook_secret=secret)
    small.play(paid(1))
    assert (len(portal.seen), small.states()) == (0, [WAITING])
    assert "secret is missing" in small.play(["page"])[0]
    small.settings(webhook_secret=small.secret)
    small.now = portal.at = time.time() + 20
    small.play(CRON)
    assert small.states() == [DELIVERED]


@pytest.mark.timeout(900)
def test_ten_thousand_changes_in_one_cron_run(whmcs: Installation, portal: Receiver) -> None:
    """All are recorded, with numbers without gaps; the portal gets them in a few calls, and what it has is not sent."""
    whmcs.play(["hooks", "InvoiceCreated", "invoiceid", 1, 10_001], ["hook", "AfterCronJob"])
    sent = len(portal.accepted)
    seen = 0
    calls = 0
    while True:
        ask = {"series": whmcs.series(), "after": str(seen)}
        changes = whmcs.play(["api", "counterfoilchanges", ask])[0]["changes"]["change"]
        if not changes:
            break
        assert [change["number"] for change in changes] == list(range(seen + 1, seen + 1 + len(changes)))
        seen, calls = changes[-1]["number"], calls + 1
    assert (seen, calls) == (10_000, 10)
    whmcs.now = portal.at = time.time() + 60
    whmcs.play(CRON)
    assert len(portal.accepted) == sent
    assert set(whmcs.states()) <= {DELIVERED, FETCHED}


def test_old_rows_are_forgotten_but_numbers_never_come_again(whmcs: Installation, portal: Receiver) -> None:
    """A week for what the portal has, a month for what it has not; the row of the day always stays."""
    whmcs.now = portal.at = NOW
    whmcs.play(paid(1), paid(2))
    whmcs.settings(webhook_secret="")
    whmcs.play(paid(3))
    for days, numbers in ((6, [1, 2, 3, 4]), (8, [3, 4, 5]), (29, [3, 4, 5, 6]), (40, [6, 7])):
        whmcs.now = NOW + days * 86400
        whmcs.play(["hook", "DailyCronJob"])
        assert [row["id"] for row in whmcs.outbox("id")] == numbers
