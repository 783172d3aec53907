"""UpdateClient over the wire: what is sent, what refusals mean, and when nobody knows whether it was done."""

from typing import Any

import pytest

from counterfoil.errors import BillingUnavailable, OutcomeUnknown
from counterfoil.model import EmailPreferences
from counterfoil.whmcs.api import UpdateRefused, WhmcsApi
from counterfoil.whmcs.wire import clients
from tests.whmcs import answers
from tests.whmcs.conftest import IDENTIFIER, SECRET, Logged
from tests.whmcs.scripted import Scripted, says
from tests.whmcs.test_api import refuses

pytestmark = pytest.mark.anyio

DONE = says({"result": "success", "clientid": "7"})


async def test_only_what_is_given_is_sent(whmcs: Scripted, api: WhmcsApi) -> None:
    """By WHMCS's names; emptied fields too; switches as 1 and 0."""
    whmcs.default = DONE
    texts = {"first_name": "Ada", "company_name": "", "phone": "+44.2079460958", "tax_id": "GB123456782"}
    await api.update_client(7, texts, {"product": False, "invoice": True})
    assert whmcs.calls == [
        {
            "identifier": IDENTIFIER,
            "secret": SECRET,
            "responsetype": "json",
            "action": "UpdateClient",
            "clientid": "7",
            "firstname": "Ada",
            "companyname": "",
            "phonenumber": "+44.2079460958",
            "tax_id": "GB123456782",
            "email_preferences[product]": "0",
            "email_preferences[invoice]": "1",
        }
    ]


async def test_never_about_everybody_or_everything(whmcs: Scripted, api: WhmcsApi) -> None:
    """No client, or a field that customers may not change: nothing is sent."""
    with pytest.raises(ValueError):
        await api.update_client(0, {"city": "x"}, {})
    with pytest.raises(KeyError):
        await api.update_client(7, {"status": "Closed"}, {})
    assert whmcs.calls == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Duplicate Email Address", "email_taken"),
        ("The email address entered is not valid", "email_invalid"),
        (
            "You must have at least one email address enabled to receive domain related notifications as",
            "domain_notices",
        ),
        ("Client ID Not Found", "client_not_found"),
        ("Something that a hook of this installation says", "other"),
    ],
)
async def test_refusals(whmcs: Scripted, api: WhmcsApi, logged: Logged, message: str, reason: str) -> None:
    """Each has a reason of ours; the words themselves go nowhere, not even into the log."""
    whmcs.default = refuses(message)
    with pytest.raises(UpdateRefused) as refused:
        await api.update_client(7, {"email": "ada@example.com"}, {})
    assert str(refused.value) == reason
    assert message not in repr(logged())


@pytest.mark.parametrize(
    "answer",
    [
        says({"result": "success", "clientid": "8"}),
        says({"result": "success", "clientid": ["7"]}),
        says({}),
        says("<html>", status=200),
        says("", status=500),
        says("Blocked", status=403),
    ],
)
async def test_a_broken_answer_leaves_it_unknown(whmcs: Scripted, api: WhmcsApi, answer: Any) -> None:
    """It was sent, so it may have been done; it is never sent again."""
    whmcs.default = answer
    with pytest.raises(OutcomeUnknown):
        await api.update_client(7, {"city": "x"}, {})
    assert len(whmcs.calls) == 1


async def test_a_refusal_at_the_door_is_certain(whmcs: Scripted, api: WhmcsApi) -> None:
    """WHMCS did not let us in: nothing was changed."""
    whmcs.default = says({"result": "error", "message": 'Invalid Permissions: API action "UpdateClient"'}, status=403)
    with pytest.raises(BillingUnavailable) as error:
        await api.update_client(7, {"city": "x"}, {})
    assert not isinstance(error.value, OutcomeUnknown)


async def test_an_answer_may_leave_out_the_client(whmcs: Scripted, api: WhmcsApi) -> None:
    whmcs.default = says({"result": "success"})
    await api.update_client(7, {"city": "x"}, {})


async def test_a_text_does_not_pause_billing_for_everybody(whmcs: Scripted, api: WhmcsApi) -> None:
    """A firewall in front of WHMCS may take an address for an attack; other customers' calls go on."""
    whmcs.default = says("Blocked", status=403)
    for _ in range(6):
        with pytest.raises(OutcomeUnknown):
            await api.update_client(7, {"city": "x' OR 1=1 --"}, {})
    assert len(whmcs.calls) == 6


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"general": "0", "product": "on", "domain": "", "support": 0}, (False, True, False, True, False, True)),
        ({}, (True, True, True, True, True, True)),
    ],
)
def test_email_preferences(given: dict[str, Any], read: tuple[bool, ...]) -> None:
    """In any spelling; what is left out is on, as in WHMCS. Old versions have none."""
    client = clients.client(answers.client(email_preferences=given), 7)
    assert client.email_preferences == EmailPreferences(*read)
    assert clients.client(answers.client(email_preferences=None), 7).email_preferences is None


@pytest.mark.parametrize(
    ("formatted", "plain", "read"),
    [("+44.2079460958", "2079460958", "+44.2079460958"), ("+44.", "", ""), ("", "020", "020"), ("020 1", "1", "020 1")],
)
def test_a_phone_without_number_is_none(formatted: str, plain: str, read: str) -> None:
    """WHMCS sets the country's code before nothing, too."""
    row = answers.client(phonenumberformatted=formatted, phonenumber=plain)
    assert clients.client(row, 7).phone == read
