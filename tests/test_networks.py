"""Addresses of machines and of networks."""

import pytest

from counterfoil.networks import holders, is_in, parse_ip, parse_networks, unmapped

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
        ("2001:db8::1", [("2001:db8::/64", 1), ("2001:db8::/56", 2), ("2001:db8::/48", 3)]),
        ("2001:db8:0:1ff:f::1", [("2001:db8:0:1ff::/64", 1), ("2001:db8:0:100::/56", 2), ("2001:db8::/48", 3)]),
        ("fe80::1%eth0", [("fe80::/64", 1), ("fe80::/56", 2), ("fe80::/48", 3)]),
        ("192.0.2.1", [("192.0.2.1", 1)]),
        ("ada@example.com", [("ada@example.com", 1)]),
        ("7", [("7", 1)]),
        ("", [("", 1)]),
    ],
)
def test_who_may_stand_behind_an_address(address: str, whose: list[tuple[str, int]]) -> None:
    """A household, a house, a company: each may do a little more than the one before."""
    assert list(holders(address)) == whose
