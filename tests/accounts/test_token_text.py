"""How a token looks: what scanners go by, and what is nobody's without asking."""

import re

import pytest

from counterfoil.accounts.token_text import LENGTH, holds_token, key_of_token, new_token


def test_a_token_has_prefix_and_checksum() -> None:
    """256 random bits, the same length always, letters and digits only."""
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(re.fullmatch(r"cf_[0-9A-Za-z]{49}", token) and len(token) == LENGTH for token in tokens)
    assert len({key_of_token(token) for token in tokens}) == 200


@pytest.mark.parametrize("damage", ["cut", "longer", "letter", "prefix", "blank", "case"])
def test_a_damaged_token_is_nobodys(damage: str) -> None:
    """It is refused without a look into the database."""
    token = new_token()
    damaged = {
        "cut": token[:-1],
        "longer": token + "0",
        "letter": token[:10] + ("a" if token[10] != "a" else "b") + token[11:],
        "prefix": "cx_" + token[3:],
        "blank": token + "\n",
        "case": token.swapcase(),
    }[damage]
    assert key_of_token(damaged) is None


def test_a_token_is_found_in_other_text() -> None:
    """What only looks like one is none."""
    token = new_token()
    assert holds_token(f"page=1&access_token={token}")
    assert not holds_token("page=cf_1&q=" + "cf_" + "0" * 49)
    assert not holds_token("")
