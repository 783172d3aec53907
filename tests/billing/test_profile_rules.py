"""What may be written into a profile, country by country."""

import pytest

from counterfoil.billing.profile.addresses import countries, form_of
from counterfoil.billing.profile.phones import read_phone
from counterfoil.billing.profile.rules import TEXTS, Fault, faults, tidy

ADA = dict.fromkeys(TEXTS, "") | {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "address1": "12 St James's Square",
    "city": "London",
    "postcode": "SW1Y 4JH",
    "country": "GB",
}

POSTCODES = {
    "AT": ("1010", "101"),
    "AU": ("2000", "20000"),
    "BR": ("40301-110", "40301-11"),
    "CA": ("H3Z 2Y7", "H3Z 27Y"),
    "CH": ("2544", "CH2544"),
    "CN": ("100000", "10000"),
    "CZ": ("100 00", "100"),
    "DE": ("26133", "2613"),
    "DK": ("8660", "866"),
    "ES": ("28039", "28A39"),
    "FR": ("33380", "3338"),
    "GB": ("EC1Y 8SY", "EC1Y 8S"),
    "IE": ("A65 F4E2", "A65"),
    "IN": ("110034", "11003"),
    "IT": ("00144", "144"),
    "JP": ("154-0023", "154-002"),
    "KR": ("03051", "0305"),
    "NL": ("1234 AB", "1234 A"),
    "PL": ("00-950", "00-95"),
    "PT": ("2725-079", "272-079"),
    "SE": ("11455", "1145"),
    "US": ("95014", "9501"),
}


def judged(**changes: str) -> dict[str, Fault]:
    return faults(ADA, {name: tidy(name, text) for name, text in changes.items()})


@pytest.mark.parametrize("country", POSTCODES)
def test_postcodes(country: str) -> None:
    """Each country's own form, in full or in half width, in capitals or not; not one digit less."""
    right, wrong = POSTCODES[country]
    place = {**ADA, "country": country, "postcode": ""}
    for text in (right, f"  {right.lower()} ", right.translate({ord("1"): "\uff11", ord("3"): "\uff13"})):
        assert faults(place, {"postcode": tidy("postcode", text)}) == {}, text
    for text in (wrong, f"{right}9X", f"9{right}"):
        assert faults(place, {"postcode": tidy("postcode", text)}) == {"postcode": Fault.POSTCODE}, text


@pytest.mark.parametrize(
    ("country", "without"),
    [("SG", ["state", "city"]), ("MC", ["state"]), ("DE", ["state"]), ("GB", ["state"]), ("HK", ["postcode", "city"])],
)
def test_what_a_country_does_not_have_is_not_asked_for(country: str, without: list[str]) -> None:
    """Singapore has no states, Hong Kong has no postcodes."""
    assert not form_of(country).required & set(without)
    assert set(without) - set(form_of(country).fields) == set(without) - {"city"}


def test_every_country_has_a_street_and_a_city() -> None:
    """WHMCS knows both of every client, and an invoice without a street reaches nobody."""
    assert len(countries()) > 240
    for country in countries():
        fields = form_of(country).fields
        assert {"address1", "address2", "city"} <= set(fields), country
        assert len(fields) == len(set(fields)), country


@pytest.mark.parametrize(
    ("country", "order"),
    [
        ("GB", ["address1", "address2", "city", "postcode"]),
        ("US", ["address1", "address2", "city", "state", "postcode"]),
        ("DE", ["address1", "address2", "postcode", "city"]),
        ("JP", ["postcode", "state", "city", "address1", "address2"]),
        ("SG", ["address1", "address2", "city", "postcode"]),
    ],
)
def test_fields_stand_as_the_country_writes_them(country: str, order: list[str]) -> None:
    """From the large to the small in Japan, the other way round elsewhere."""
    assert list(form_of(country).fields) == order


def test_moving_means_a_whole_new_address() -> None:
    """Whoever goes to another country is asked for what that one needs."""
    assert judged(country="US") == {"state": Fault.REQUIRED, "postcode": Fault.POSTCODE}
    assert judged(country="US", state="California", postcode="95014", city="Cupertino") == {}
    assert judged(country="us", state="ca", postcode="95014") == {}
    assert judged(country="US", state="Nowhere", postcode="95014") == {"state": Fault.STATE}
    assert judged(country="SG", postcode="546080") == {}
    assert judged(country="XX") == {"country": Fault.COUNTRY}
    assert judged(country="") == {"country": Fault.REQUIRED}


def test_old_oddities_do_not_stand_in_the_way() -> None:
    """What WHMCS held before and the edit does not touch is nobody's fault now."""
    odd = {**ADA, "postcode": "none", "phone": "call me", "state": "?", "first_name": "", "tax_id": "1"}
    assert faults(odd, {"address1": "1 Dorset Street"}) == {}
    assert faults(odd, {"postcode": "none either"}) == {"postcode": Fault.POSTCODE}


@pytest.mark.parametrize(
    "text",
    [
        "020 7946 0958",
        "+44 20 7946 0958",
        "(020) 7946-0958",
        "+44 (0)20 7946 0958",
        "+44.2079460958",
        "\uff0b44 20 7946 0958",
    ],
)
def test_phone_numbers(text: str) -> None:
    """As people write them; WHMCS gets them with the country's code set off."""
    phone = read_phone(tidy("phone", text), "GB")
    assert phone is not None
    assert (phone.for_whmcs, phone.e164) == ("+44.2079460958", "+442079460958")
    assert phone.for_people == "+44 20 7946 0958"


@pytest.mark.parametrize(
    "text", ["1-800-FLOWERS", "020 7946 0958 ext. 7", "12", "+999 12345678", "9" * 5000, "+", "☎ 1"]
)
def test_no_phone_numbers(text: str) -> None:
    """Letters, extensions, too short, too long, no such country."""
    assert read_phone(text, "GB") is None
    assert set(judged(phone=text)) == {"phone"}


def test_an_italian_zero_stays() -> None:
    """It is part of the number, abroad as well."""
    phone = read_phone("06 6982", "IT")
    assert phone is not None
    assert phone.for_whmcs == "+39.066982"


@pytest.mark.parametrize(
    ("country", "text", "is_right"),
    [
        ("GB", "GB123456782", True),
        ("GB", "123 4567 82", True),
        ("GB", "GB123456789", False),
        ("DE", "DE136695976", True),
        ("DE", "DE136695978", False),
        ("GB", "DE136695976", True),
        ("GR", "EL094259216", True),
        ("FR", "FR40303265045", True),
        ("AU", "51 824 753 556", True),
        ("US", "whatever they call it", True),
        ("DE", "\u0661\u0662\u0663", False),
    ],
)
def test_tax_ids(country: str, text: str, is_right: bool) -> None:
    """By check digits; of the country that it names, wherever the address is; free where no rule is known."""
    found = faults({**ADA, "country": country}, {"tax_id": text})
    assert found == ({} if is_right else {"tax_id": Fault.TAX_ID})


@pytest.mark.parametrize("name", ["first_name", "company_name", "address1", "city"])
@pytest.mark.parametrize(
    "text",
    ["由紀", "عبد الرحمن الخوارزمي", "שלמה", "Zoë 🎉 Ltd", "O'Brien & Søn <b>", "𠮷野家", "นที", "x" * 255],
)
def test_names_of_all_the_world(name: str, text: str) -> None:
    """Every script, emoji, quotes, and whatever HTML or SQL would make of it."""
    assert judged(**{name: text}) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x" * 10_000, Fault.TOO_LONG),
        ("two\nlines", Fault.NOT_TEXT),
        ("nul\x00", Fault.NOT_TEXT),
        ("turned \u202edrawkcab", Fault.NOT_TEXT),
        ("\u2028", Fault.REQUIRED),
        ("   ", Fault.REQUIRED),
        ("", Fault.REQUIRED),
    ],
)
def test_no_names(text: str, fault: Fault) -> None:
    """Nothing that breaks a line of an invoice or makes it read otherwise."""
    assert judged(first_name=text) == {"first_name": fault}


@pytest.mark.parametrize(
    "text", ["nobody", "a@b", "a b@example.com", "a@example..com", "a@@example.com", "@", "a@example."]
)
def test_no_email_addresses(text: str) -> None:
    assert judged(email=text) == {"email": Fault.EMAIL}


def test_languages_are_whmcs_own() -> None:
    """None means the installation's."""
    assert judged(language="japanese") == judged(language="") == {}
    assert judged(language="ja") == judged(language="../../etc") == {"language": Fault.LANGUAGE}
