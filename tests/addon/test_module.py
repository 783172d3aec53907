"""The module as an administrator meets it: activated, looked at, upgraded, packed, removed."""

import json
import re
import subprocess
import zipfile
from pathlib import Path

from counterfoil import __version__
from counterfoil.cli.whmcs_checks import NEEDED
from counterfoil.whmcs.addon_api import CHANGES, INVOICES, ORDER
from tests.addon.installation import ADDON, ROOT, Installation
from tests.addon.receiver import Receiver
from tests.addon.test_delivery import NOW, paid
from tests.shape.sources import tracked


def test_version_is_the_portals() -> None:
    """Both are released together; a difference is what doctor and the status page warn of."""
    source = (ADDON / "modules/addons/counterfoil/lib/Addon.php").read_text()
    assert re.findall(r"VERSION = '([^']+)'", source) == [__version__]


def test_comes_and_goes(whmcs: Installation) -> None:
    """Activated twice is as good as once; deactivated, nothing of it is left in the database."""
    tables = ("mod_counterfoil_outbox", "mod_counterfoil_state", "mod_counterfoil_orders")
    whmcs.play(["call", "counterfoil_activate"], ["call", "counterfoil_upgrade", {"version": "0.0.1"}])
    series = whmcs.series()
    whmcs.play(["call", "counterfoil_upgrade", {"version": "0.0.1"}])
    assert whmcs.series() == series
    assert whmcs.play(["call", "counterfoil_deactivate"])[0]["status"] == "success"
    for table in tables:
        refused = whmcs.start(["sql", f"select * from {table}", []])  # noqa: S608 -- a test's own
        assert "QueryException" in refused.communicate(timeout=60)[1]


def test_secret_is_a_password_field(small: Installation) -> None:
    """WHMCS keeps and hides it as it does any password."""
    fields = small.play(["call", "counterfoil_config"])[0]["fields"]
    assert {name: field["Type"] for name, field in fields.items()} == {
        "portal_url": "text",
        "webhook_secret": "password",
        "catch_all": "yesno",
    }


def test_test_message(small: Installation, portal: Receiver) -> None:
    """The button tells whether the portal got it, and whether both versions belong together."""
    test = ["form", {"counterfoil_do": "test"}]
    assert "Both have version 0.2.0" in small.play(test)[0]
    portal.headers = {"Counterfoil-Version": "7.8.9"}
    assert "Its version is 7.8.9" in small.play(test)[0]
    portal.headers = {}
    assert "Its version is not known" in small.play(test)[0]
    assert {message.type for message in portal.accepted} == {"ping"}


def test_test_message_that_fails_says_why(small: Installation, portal: Receiver) -> None:
    """Past every pause, and with what to look at."""
    portal.status = 503
    small.play(paid(1))
    for status, words in (
        (401, "secrets"),
        (404, "no portal"),
        (302, "redirect"),
        (200, "instead of 204"),
        (0, "Both"),
    ):
        portal.status = status
        assert words in small.play(["form", {"counterfoil_do": "test"}])[0], status
    small.settings(portal_url="http://127.0.0.1:9")
    assert "No answer" in small.play(["form", {"counterfoil_do": "test"}])[0]


def test_page_says_when_the_portal_asked(small: Installation) -> None:
    """So that an administrator sees that lost messages are made good."""
    assert "has not asked for changes yet" in small.play(["page"])[0]
    small.now = NOW
    small.play(["api", "counterfoilchanges", {"series": small.series(), "after": "0"}])
    small.now = NOW + 12
    assert "asked for changes 12 s ago, and has all up to number 0" in small.play(["page"])[0]


def test_forms_of_others_do_nothing(small: Installation, portal: Receiver) -> None:
    """A page elsewhere cannot press the buttons of an administrator who is signed in."""
    for token in ({}, {"counterfoil_token": "0" * 32}, {"counterfoil_token": ["x"]}):
        small.play(["page", {"counterfoil_do": "test", **token}])
    assert len(portal.seen) == 0


def test_status_page_is_escaped_and_keeps_secrets(small: Installation, portal: Receiver) -> None:
    """Whatever stands in the database."""
    small.sql("insert into tblapi_roles (role, permissions) values (?, '{}')", "<script>alert(1)</script>")
    small.play(paid(1))
    small.sql("update mod_counterfoil_outbox set type = '<b>'")
    page = small.play(["page"])[0]
    assert "<script" not in page
    assert "<b>" not in page
    assert small.secret not in page


def test_actions_are_given_to_a_role(small: Installation) -> None:
    """One button: WHMCS's own dialogue cannot. Nothing else in the role changes."""
    small.sql("insert into tblapi_roles (role, permissions) values ('Portal', ?)", '{"getinvoice":1}')
    assert "Allow the three actions" in small.play(["page"])[0]
    assert "has the three actions" in small.play(["form", {"counterfoil_do": "allow", "role": "1"}])[0]
    (role,) = small.sql("select permissions from tblapi_roles")
    actions = ("counterfoilchanges", "counterfoilinvoices", "counterfoilorder", "getinvoice")
    assert json.loads(role["permissions"]) == dict.fromkeys(actions, 1)


def test_roles_that_are_stored_otherwise_are_left_alone(small: Installation) -> None:
    small.sql("insert into tblapi_roles (role, permissions) values ('Portal', 'getinvoice')")
    assert "could not be changed" in small.play(["form", {"counterfoil_do": "allow", "role": "1"}])[0]
    small.sql("drop table tblapi_roles")
    assert "No roles found" in small.play(["page"])[0]


def test_page_without_tables_says_what_to_do(small: Installation) -> None:
    small.play(["call", "counterfoil_deactivate"])
    assert "activating the module makes them again" in small.play(["page"])[0]


def test_files_cannot_be_opened_from_outside() -> None:
    """Every file that does something asks whether WHMCS has loaded it; the others only define a class."""
    for path in tracked():
        if path.suffix == ".php" and path.is_relative_to(ADDON):
            source = path.read_text()
            assert "if (!defined('WHMCS'))" in source or "\nfinal class " in source or path.name == "autoload.php", path


def test_guide_names_every_action() -> None:
    """A role made by it is enough for the portal, and each of the addon's actions is explained."""
    guide = (ROOT / "docs/connect-whmcs.md").read_text(encoding="utf-8")
    assert [action for action in (*NEEDED, "ValidateLogin", CHANGES, INVOICES, ORDER) if action not in guide] == []


def test_package(tmp_path: Path) -> None:
    """`make addon`: unpacked in WHMCS's folder, every file lies where it belongs."""
    target = tmp_path / "addon.zip"
    subprocess.run(["make", "-s", "addon", f"ADDON={target}"], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(target) as package:
        names = sorted(package.namelist())
    assert names == sorted(str(path.relative_to(ADDON)) for path in tracked() if path.is_relative_to(ADDON))
    assert all(name.startswith(("includes/api/counterfoil", "modules/addons/counterfoil/")) for name in names)
