"""Everything that the addon does, in two PHP processes: what `make test-php` shows of a version within seconds."""

from tests.addon.installation import Installation
from tests.addon.receiver import Receiver
from tests.addon.test_api import ORDER
from tests.addon.test_delivery import DELIVERED, paid
from tests.addon.test_events import HOOKS, ODD


def test_all_of_it_in_one_request(small: Installation, portal: Receiver) -> None:
    """Installed and activated by a process before; then every documented hook and odd ones, the three actions, the
    status page and its forms, and messages that arrive with good signatures.
    """
    hooks = [["hook", hook, given] for hook, given, _ in HOOKS]
    odd = [["hook", hook, given] for hook in ("InvoicePaid", "ClientEdit") for given in ODD]
    role = ["sql", "insert into tblapi_roles (role, permissions) values ('Portal', '{}')", []]
    asked = [
        ["api", "counterfoilchanges", {}],
        ["api", "counterfoilinvoices", {"clientid": "7", "invoiceids": "5"}],
        *[["api", "counterfoilorder", ORDER]] * 2,
        ["page"],
        ["form", {"counterfoil_do": "allow", "role": "1"}],
        ["form", {"counterfoil_do": "test"}],
    ]
    *_, changes, invoices, ordered, again, page, allowed, tested = small.play(role, *odd, *hooks, paid(9), *asked)
    assert (changes["result"], changes["protocol"], invoices["result"]) == ("success", 1, "success")
    assert again == {**ordered, "replayed": 1}
    assert "Given up: 0" in page
    assert "has the three actions" in allowed
    assert "Both have version" in tested
    # How many within the time that a request may spend on it is the machine's affair; the ping is among them.
    assert len(portal.accepted) > 1
    assert DELIVERED in small.states()
