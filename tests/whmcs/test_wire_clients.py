"""Clients, users and permissions as WHMCS sends them."""

from typing import Any

import msgspec
import pytest

from counterfoil.model import Membership, Money
from counterfoil.whmcs.results import Login
from counterfoil.whmcs.wire import clients
from counterfoil.whmcs.wire.values import Untrustworthy
from tests.whmcs import answers


def test_a_client() -> None:
    """Taken from `client`, field by field; notes and security answers are left behind."""
    client = clients.client(answers.client(), 7)
    assert (client.id, client.owner_user_id, client.name) == (7, 3, "Engines & Co")
    assert (client.phone, client.country) == ("+44.1234567890", "GB")
    assert client.credit == Money.of("5.00", "GBP")
    assert b"canary" not in msgspec.json.encode(client)


@pytest.mark.parametrize("changes", [{"id": 8}, {"id": ""}, {"currency_code": ""}], ids=str)
def test_a_client_that_is_not_the_one_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Untrustworthy):
        clients.client(answers.client(**changes), 7)


def test_the_deprecated_top_level_is_not_read() -> None:
    with pytest.raises(Untrustworthy):
        clients.client({"result": "success", "id": 7, "currency_code": "GBP"}, 7)


def test_a_client_may_have_no_owner() -> None:
    assert clients.client(answers.client(owner_user_id=0), 7).owner_user_id is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"phonenumber": "2079460999", "phonenumberformatted": "+44.2079460999"}, "+44.2079460999"),
        ({"phonenumber": "02079460999", "phonenumberformatted": "+44.2079460999"}, "+44.2079460999"),
        ({"phonenumber": "+44.2079460999"}, "+44.2079460999"),
        ({"phonenumber": "2079460999"}, "2079460999"),
        ({"phonenumber": ""}, ""),
    ],
)
def test_the_number_that_is_stored_counts(given: dict[str, str], read: str) -> None:
    """A formatted spelling of another number, 1234567890, lags behind what was just written."""
    assert clients.client(answers.client(**given), 7).phone == read


def test_what_is_empty_was_emptied() -> None:
    """Other spellings of a field count only where WHMCS does not know the field."""
    emptied = clients.client(answers.client(state="", country=""), 7)
    assert (emptied.state, emptied.country) == ("", "")
    unknown = clients.client(answers.client(state=None, country=None), 7)
    assert (unknown.state, unknown.country) == ("Greater London", "GB")


def test_users() -> None:
    """Users are a plain list, their clients one inside; owner or not in any spelling."""
    given = answers.user(clients=[{"id": "7", "isOwner": "1"}, {"id": 8, "isOwner": False}])
    [user] = clients.users({"users": [given]})
    assert (user.id, user.email) == (1, "ada@example.com")
    assert user.memberships == (Membership(7, is_owner=True), Membership(8, is_owner=False))
    assert clients.users({"users": answers.user(clients="")})[0].memberships == ()


@pytest.mark.parametrize(
    "permissions",
    [
        ["invoices", "profile"],
        {"permission": ["invoices", "profile"]},
        {"0": "invoices", "1": "profile"},
        "invoices,profile",
        "Invoices, Profile",
        {"invoices": True, "profile": "1", "orders": False, "quotes": "false", "domains": 0},
    ],
    ids=str,
)
def test_permissions_in_every_plausible_shape(permissions: object) -> None:
    """The vendor does not document the shape."""
    assert clients.permissions({"permissions": permissions}) == {"invoices", "profile"}


@pytest.mark.parametrize("nothing", [{}, {"permissions": ""}, {"permissions": []}, {"permissions": None}], ids=str)
def test_no_permissions_are_none(nothing: dict[str, Any]) -> None:
    """Success without permissions allows nothing."""
    assert clients.permissions(nothing) == frozenset()


@pytest.mark.parametrize("wrong", [7, True, [1], [["invoices"]], {"invoices": "maybe"}], ids=str)
def test_permissions_that_cannot_be_read_are_refused(wrong: object) -> None:
    with pytest.raises(Untrustworthy):
        clients.permissions({"permissions": wrong})


@pytest.mark.parametrize(
    ("answer", "two_factor"),
    [
        ({"twoFactorEnabled": "false"}, False),
        ({"twoFactorEnabled": False}, False),
        ({"twoFactorEnabled": "true"}, True),
        ({"twoFactorEnabled": True}, True),
        ({"passwordhash": "abc"}, False),
        ({}, True),
    ],
    ids=str,
)
def test_two_factor_in_every_spelling(answer: dict[str, Any], two_factor: bool) -> None:
    """The text "false" is false; when nothing is said, only a password hash shows that there is no second factor."""
    assert clients.login(answer | {"userid": "3"}) == Login(3, two_factor)


def test_a_login_without_user_is_refused() -> None:
    with pytest.raises(Untrustworthy):
        clients.login({"twoFactorEnabled": "false"})
    with pytest.raises(Untrustworthy):
        clients.login({"userid": 3, "twoFactorEnabled": "perhaps"})
