"""Cleaning what people type and paste: nothing that can be seen is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.billing.profile.entered import is_untouched, meant, written
from counterfoil.billing.profile.rules import TEXTS, Fault, faults
from counterfoil.billing.typed.cleaning import address, code, folded, prose

PERSON = dict.fromkeys(TEXTS, "") | {
    "first_name": "Ada",
    "last_name": "L",
    "email": "a@b.de",
    "address1": "x",
    "city": "y",
}


def judged(country: str, name: str, text: str) -> tuple[str, dict[str, Fault]]:
    text = written(name, text, country)
    return text, faults({**PERSON, "country": country}, {name: text})


@pytest.mark.parametrize(
    ("country", "text", "stored"),
    [
        ("JP", "\u3012100-0001", "100-0001"),
        ("JP", "\uff11\uff10\uff10\u30fc\uff10\uff10\uff10\uff11", "100-0001"),
        ("CH", "CH-8001", "8001"),
        ("AT", "A-1010", "1010"),
        ("DE", "D\u201310115", "10115"),
        ("PL", "00001", "00-001"),
        ("PT", "1000205", "1000-205"),
        ("LV", "1010", "LV-1010"),
        ("LV", "LV 1010", "LV-1010"),
        ("SE", "SE-114\u00a055", "114 55"),
        ("GB", "sw1y\u200b 4jh", "SW1Y 4JH"),
        ("US", "95014\u20111234", "95014-1234"),
    ],
)
def test_postcodes_become_the_countrys_own(country: str, text: str, stored: str) -> None:
    """With the country's sign before it, without its dash, from a Japanese keyboard."""
    assert judged(country, "postcode", text) == (stored, {})


@pytest.mark.parametrize(("country", "text"), [("CH", "AT-8001"), ("PL", "0000"), ("JP", "100-000"), ("DE", "D-1011")])
def test_what_is_no_postcode_stays_none(country: str, text: str) -> None:
    assert judged(country, "postcode", text)[1] == {"postcode": Fault.POSTCODE}


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("JP", "T7000012050002"),
        ("JP", "\uff34\uff17\uff10\uff10\uff10\uff10\uff11\uff12\uff10\uff15\uff10\uff10\uff10\uff12"),
        ("GB", "T7000012050002"),
        ("IT", "RSSMRA85T10A562S"),
        ("BR", "390.533.447-05"),
        ("PL", "44051401359"),
        ("TR", "17291716060"),
        ("FR", "732 829 320 00074"),
        ("CH", "CHE\u2011100.155.212"),
        ("CH", "CHE-100.155.212 MWST"),
        ("DE", "36 574 261 809"),
        ("DE", "29/815/08152"),
        ("DE", "DE\u00ad136695976"),
        ("ES", "54362315K"),
    ],
)
def test_tax_ids_of_people_and_companies(country: str, text: str) -> None:
    """Not only VAT numbers, and from wherever they were copied."""
    assert judged(country, "tax_id", text)[1] == {}


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("JP", "T7000012050003"),
        ("IT", "RSSMRA85T10A562T"),
        ("BR", "390.533.447-06"),
        ("PL", "44051401358"),
        ("TR", "17291716061"),
        ("FR", "73282932000075"),
        ("CH", "CHE-100.155.213"),
        ("DE", "36574261808"),
        ("DE", "DE136695978"),
    ],
)
def test_a_wrong_digit_is_still_told(country: str, text: str) -> None:
    assert judged(country, "tax_id", text)[1] == {"tax_id": Fault.TAX_ID}


@pytest.mark.parametrize(
    ("country", "text", "stored"),
    [
        ("JP", "03\u30fc1234\u30fc5678", "+81312345678"),
        ("GB", "020\u20107946\u20130958", "+442079460958"),
        ("GB", "020\u20117946\u22120958", "+442079460958"),
        ("GB", "\u202a+44 20 7946 0958\u202c", "+442079460958"),
        ("GB", "020\u00a07946\u202f0958", "+442079460958"),
    ],
)
def test_phone_numbers_with_whatever_stands_between(country: str, text: str, stored: str) -> None:
    assert judged(country, "phone", text) == (stored, {})


@pytest.mark.parametrize("text", ["\u200b", "\u200d\u200d", "\u3164", "\u2800", "\u00ad", "\u0301", "\u200e \u200f"])
def test_a_name_that_nobody_sees_is_none(text: str) -> None:
    assert judged("GB", "first_name", text) == ("", {"first_name": Fault.REQUIRED})


@pytest.mark.parametrize(
    "text",
    ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "Zo\u00eb \U0001f469\u200d\U0001f4bb", "\u0e19\u0e17\u0e35"],
)
def test_what_scripts_and_pictures_need_stays(text: str) -> None:
    """Joiners within a word are part of it."""
    assert judged("GB", "first_name", text) == (text, {})


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        ("rechnung@b\u00fccher.de", "rechnung@xn--bcher-kva.de"),
        ("rechnung@xn--bcher-kva.de", "rechnung@b\u00fccher.de"),
        ("j\u00f6rg@example.com", "j\u00f6rg@example.com"),
    ],
)
def test_an_address_that_nobody_has_touched_stays(held: str, sent: str) -> None:
    """Browsers write international domains in their own way."""
    assert meant("email", sent, held, "DE") == held


def test_another_address_is_another() -> None:
    assert not is_untouched("email", "jorg@example.com", "j\u00f6rg@example.com")
    assert not is_untouched("email", "JOERG@example.com", "joerg@example.org")


@pytest.mark.parametrize("held", ["12 High\u00a0Street", "one\ntwo", "\u200bodd\u200b", " blanks "])
def test_what_was_stored_and_is_sent_back_is_not_changed(held: str) -> None:
    """As a field of one line sends it: without the ends of lines."""
    assert meant("address1", held.replace("\n", ""), held, "GB") == held


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for clean in (prose, code, address, folded):
        assert clean(clean(text)) == clean(text), clean
