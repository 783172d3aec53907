"""The cookie of a sign-in that is under way."""

import pytest

from counterfoil.web.sign_in.openid import flow

KEYS = (b"k" * 32, b"o" * 32)
NOW = 1_800_000_000.0


def test_what_was_begun_can_be_gone_on_with() -> None:
    """With the same secrets, for ten minutes."""
    begun, cookie = flow.begin(KEYS, "/invoices?view=paid;x", NOW)
    assert flow.read(KEYS, cookie, NOW) == begun
    assert flow.read(KEYS, cookie, NOW + flow.LIFETIME) == begun
    assert flow.read(KEYS, cookie, NOW + flow.LIFETIME + 1) is None
    assert flow.read(KEYS, cookie, NOW - 60) is None
    assert begun.next == "/invoices?view=paid;x"


def test_a_proof_may_be_asked_for_anew() -> None:
    """Since when is in the cookie, which nobody else can write."""
    begun, cookie = flow.begin(KEYS, "/profile", NOW + 0.5, afresh=True)
    assert (begun.proof_since, flow.read(KEYS, cookie, NOW + 1)) == (NOW, begun)
    assert flow.begin(KEYS, "/profile", NOW)[0].proof_since is None
    assert flow.read(KEYS, cookie.replace("a.", ".", 1), NOW + 1) is None


def test_keys_rotate() -> None:
    """What the old key began ends under the new one, and nobody else's key begins anything."""
    begun, cookie = flow.begin(KEYS[1:], "/", NOW)
    assert flow.read(KEYS, cookie, NOW) == begun
    assert flow.read(KEYS[:1], cookie, NOW) is None


def test_secrets_differ_from_each_other_and_each_time() -> None:
    """Knowing one tells nothing of another."""
    all_of_them = [flow.begin(KEYS, "/", NOW)[0] for _ in range(20)]
    assert len({secret for each in all_of_them for secret in (each.state, each.nonce, each.verifier)}) == 60


@pytest.mark.parametrize("part", range(4))
def test_nothing_of_it_can_be_changed(part: int) -> None:
    """Not the random, nor the time, nor where to go."""
    _, cookie = flow.begin(KEYS, "/invoices", NOW)
    parts = cookie.split(".")
    parts[part] = parts[part][:-1] + ("1" if parts[part][-1] != "1" else "2")
    assert flow.read(KEYS, ".".join(parts), NOW) is None


def test_the_longest_address_fits() -> None:
    """Cookies end at 4 KB."""
    begun, cookie = flow.begin(KEYS, "/" + "a" * 1999, NOW)
    assert len(cookie) < 3000
    assert flow.read(KEYS, cookie, NOW) == begun
