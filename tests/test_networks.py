"""Addresses of machines and of networks."""

import pytest

from counterfoil.networks import household, is_in, parse_ip, parse_networks, unmapped

OURS = parse_networks("10.0.0.0/8, 192.0.2.7,2001:db8::1/32")


@pytest.mark.parametrize("address", ["10.1.2.3", "192.0.2.7", "2001:db8:7::1"])
def test_addresses_of_our_networks(address: str) -> None:
    """Of a network, of one machine, and of a network that is named by one of its machines."""
    assert is_in(address, OURS)


@pytest.mark.parametrize("address", ["11.0.0.1", "192.0.2.8", "2001:db9::1", "::ffff:10.0.0.1", "", "10.0.0", "x"])
def test_other_addresses_and_what_is_none(address: str) -> None:
    assert not is_in(address, OURS)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "x", "", "10.0.0.1,,10.0.0.2", "10.0.0.1 10.0.0.2"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_networks(text)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4:80", "[::1]", "01.2.3.4", "１.2.3.4"])  # noqa: RUF001
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse_ip(text) is None


@pytest.mark.parametrize(
    ("address", "plain"), [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("", "")]
)
def test_an_ipv4_caller_of_an_ipv6_server(address: str, plain: str) -> None:
    """Is the one that it is, so that lists of IPv4 networks hold for it."""
    assert unmapped(address) == plain


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.1", "192.0.2.1"),
        ("ada@example.com", "ada@example.com"),
        ("7", "7"),
        ("", ""),
    ],
)
def test_one_household_has_a_whole_network(address: str, whose: str) -> None:
    assert household(address) == whose
