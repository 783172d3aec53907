"""The session cookie: what was not written by this portal is nothing."""

import base64
import hmac
import secrets
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.accounts.cookies import CookieJar

KEY, OLD_KEY, FOREIGN_KEY = b"a" * 32, b"b" * 32, b"c" * 32
JAR = CookieJar([KEY])
RANDOM = "R4nd0m_-" * 5 + "abc"
COOKIE = JAR.write(RANDOM, 42)


def test_cookie_names_the_drawer_and_the_session() -> None:
    """Partition and key are known from the cookie alone, so that one round trip finds everything."""
    handle = JAR.read(COOKIE)
    assert handle is not None
    assert (handle.scope, handle.client_id, len(handle.key)) == ("c42", 42, 64)
    without_client = JAR.read(JAR.write(RANDOM, None))
    assert without_client is not None
    assert (without_client.scope, without_client.client_id) == ("c0", None)
    assert without_client.key == handle.key


def test_random_part_has_256_bits_and_never_repeats() -> None:
    """Nobody guesses a session."""
    assert len(base64.urlsafe_b64decode(JAR.new_random() + "=")) == 32
    assert len({JAR.new_random() for _ in range(100)}) == 100


@given(position=st.integers(0, len(COOKIE) - 1), replacement=st.characters())
def test_every_changed_character_is_noticed(position: int, replacement: str) -> None:
    """Not one character of the cookie can be changed, not even the spare bits at the end of base64."""
    changed = COOKIE[:position] + replacement + COOKIE[position + 1 :]
    assert changed == COOKIE or JAR.read(changed) is None


@given(st.integers(0, len(COOKIE)), st.text(max_size=5))
def test_nothing_can_be_put_in_or_left_out(position: int, extra: str) -> None:
    """Neither longer nor shorter texts pass."""
    longer = COOKIE[:position] + extra + COOKIE[position:]
    assert longer == COOKIE or JAR.read(longer) is None
    assert position == len(COOKIE) or JAR.read(COOKIE[:position]) is None


@given(st.text() | st.from_regex(r"[0-9]{1,10}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_foreign_text_is_nothing(text: str) -> None:
    """Whatever else stands in the cookie is no session, and no error."""
    assert JAR.read(text) is None


def test_cookie_of_another_portal_is_nothing() -> None:
    """A well-made cookie under another key does not count."""
    assert JAR.read(CookieJar([FOREIGN_KEY]).write(RANDOM, 42)) is None


def test_signature_for_another_purpose_is_nothing() -> None:
    """What the same key signed for something else does not pass as a session."""
    signed = f"42.{RANDOM}"
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, signed.encode(), "sha256"))[:43].decode()
    assert JAR.read(f"{signed}.{signature}") is None


def test_key_rotation() -> None:
    """With a new first key the old cookies stay good until the old key is taken off the list."""
    old = CookieJar([OLD_KEY]).write(RANDOM, 42)
    read = CookieJar([KEY, OLD_KEY]).read(old)
    assert read is not None
    assert read._replace(is_outdated=False) == CookieJar([OLD_KEY]).read(old)
    assert CookieJar([KEY, OLD_KEY]).write(RANDOM, 42) == COOKIE
    assert CookieJar([KEY]).read(old) is None


def test_client_of_another_session_cannot_be_spliced_in() -> None:
    """The signature covers client and random part together."""
    other = JAR.write(secrets.token_urlsafe(32), 7)
    ours, theirs = COOKIE.split("."), other.split(".")
    assert JAR.read(".".join([theirs[0], ours[1], ours[2]])) is None
    assert JAR.read(".".join([ours[0], theirs[1], ours[2]])) is None


def test_what_cannot_be_a_cookie_of_ours_takes_no_memory() -> None:
    """Anybody may send a header of 60 KB, a new one each time."""
    jar = CookieJar([KEY])
    assert jar.read("1." * 100) is None
    assert jar._checked.cache_info().currsize == 0
    assert jar.read(jar.write(RANDOM, 2**31 - 1)) is not None


def test_keys_change_on_one_machine_after_the_other() -> None:
    """old; old,new; new,old; new: what either machine signs, the other one knows, before, during and after each step.
    Whatever is signed with a key that is not the first is said to be outdated.
    """
    steps = [CookieJar(keys) for keys in ([OLD_KEY], [OLD_KEY, KEY], [KEY, OLD_KEY], [KEY])]
    for before, after in pairwise(steps):
        for writes, reads in ((before, after), (after, before)):
            read = reads.read(writes.write(RANDOM, 42))
            assert read is not None
            own = reads.read(reads.write(RANDOM, 42))
            assert own is not None
            assert not own.is_outdated
    moved = CookieJar([KEY, OLD_KEY]).read(CookieJar([OLD_KEY]).write(RANDOM, 42))
    assert moved is not None
    assert moved.is_outdated
