"""Where one is signed in, and the end of it: by oneself, by staff, by WHMCS; on every process at once."""

import html
import re

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.web.streams import open_events

SESSIONS = "/api/v1/sessions"


def status(client: httpx2.Client) -> set[int]:
    """Several times: with two workers another one may answer."""
    return {client.get("/api/v1/session").status_code for _ in range(4)}


def test_a_person_sees_and_ends_their_sessions(portal: Portal) -> None:
    """This one is marked; one that is ended is dead everywhere, and so is its live stream. Nobody else's is seen."""
    portal.stack.command("sessions", "end", "ada@example.com")
    with portal.visitor("ada@example.com") as here, portal.visitor("ada@example.com") as there:
        with portal.visitor("bob@example.com") as bob:
            assert bob.delete(f"{SESSIONS}/{here.get(SESSIONS).json()['items'][0]['id']}").status_code == 404
        items = here.get(SESSIONS).json()["items"]
        assert sorted(each["is_current"] for each in items) == [False, True]
        assert all(each["address"] and each["created_at"] and each["last_used_at"] for each in items)
        (other,) = [each["id"] for each in items if not each["is_current"]]
        with open_events(there) as page:
            page.next()
            assert here.delete(f"{SESSIONS}/{other}").status_code == 204
            with pytest.raises(StopIteration):
                page.next()
        assert (status(here), status(there)) == ({200}, {401})
        assert here.delete(f"{SESSIONS}/{other}").json()["code"] == "not_found"
        assert here.delete(f"{SESSIONS}/nonsense").status_code == 404


def test_all_others_end(portal: Portal) -> None:
    """And this one stays."""
    with portal.visitor("ada@example.com") as here, portal.visitor("ada@example.com") as there:
        assert here.delete(SESSIONS).status_code == 204
        assert (status(here), status(there)) == ({200}, {401})
        assert len(here.get(SESSIONS).json()["items"]) == 1


def test_the_page_ends_them_too(portal: Portal) -> None:
    """Without a script: its forms say for whom they were made, and from another site they do nothing."""
    with portal.visitor("ada@example.com") as here, portal.visitor("ada@example.com") as there:
        page = here.get("/sessions").text
        assert "This device" in page
        action = re.search(r'action="(/sessions/[0-9a-f]+/end)"', page)
        assert action
        fields = dict(re.findall(r'name="(begun_\w+)" value="([^"]*)"', page))
        form = {name: html.unescape(value) for name, value in fields.items()}
        assert here.post(action[1], data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        stale = here.post(action[1], data={**form, "begun_client": "99"}, headers={"sec-fetch-site": "same-origin"})
        assert stale.status_code == 409
        assert status(there) == {200}
        for _ in range(2):  # a second click is no error
            answer = here.post(action[1], data=form, headers={"sec-fetch-site": "same-origin"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/sessions?ended=1")
        assert status(there) == {401}


def test_a_command_ends_them(portal: Portal) -> None:
    """Dead in every process when the command returns, and their live streams with them."""
    with portal.visitor("ada@example.com") as ada, open_events(ada) as page:
        page.next()
        assert "ada" not in portal.stack.command("sessions", "list", "bob@example.com").partition("\n")[2]
        portal.stack.command("sessions", "end", "ada@example.com")
        assert status(ada) == {401}
        with pytest.raises(StopIteration):
            page.next()


def test_whmcs_ends_them(portal: Portal) -> None:
    """Another password, another address, the only client deleted: after the event no process knows the session."""
    for change, event in (
        ({"password": "demo-password-2"}, "user.updated"),
        ({"password": "demo-password-3"}, "user.password_changed"),
        ({"email": "countess@example.com"}, "user.updated"),
    ):
        portal.whmcs.control("POST", "reset")
        assert portal.webhook("gateway.changed").status_code == 204
        with portal.visitor("ada@example.com") as ada:
            assert status(ada) == {200}
            portal.whmcs.control("PATCH", "users/1", change)
            assert portal.webhook(event, user_id=1).status_code == 204
            assert status(ada) == {401}, change
    portal.whmcs.control("POST", "reset")
    assert portal.webhook("gateway.changed").status_code == 204
    with portal.visitor("ada@example.com") as ada:
        assert ada.get("/api/v1/invoices").status_code == 200
        portal.whmcs.control("DELETE", "clients/1")
        portal.whmcs.wait_for_deliveries()
        assert status(ada) == {401}


def test_a_lock_out_is_lifted(portal: Portal) -> None:
    """Ten wrong passwords lock a person out; the command lets them try again at once, in every process."""
    with portal.visitor() as client:
        wrong = {"email": "yuki@example.com", "password": "wrong"}
        while client.post("/api/v1/session", json=wrong).status_code != 429:
            pass
        portal.stack.command("unlock", "Yuki@example.com")
        right = {"email": "yuki@example.com", "password": "demo-password-1"}
        assert client.post("/api/v1/session", json=right).status_code == 204
