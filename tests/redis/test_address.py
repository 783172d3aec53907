"""What a URL says of where a Redis is. Which are refused at the start: test_settings.py."""

import ssl

import pytest

from counterfoil.redis.address import parse_address


@pytest.mark.parametrize(
    "url", ["http://host", "redis://", "unix://", "redis://host/one", "rediss://:secret@/1", "redis://host:port"]
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_address(url)
    assert "secret" not in str(refused.value)


def test_an_address_does_not_show_its_password() -> None:
    address = parse_address("rediss://ada:secret@host:1234/5")
    assert (address.host, address.port, address.database, address.login) == ("host", 1234, 5, ("ada", "secret"))
    assert isinstance(address.tls, ssl.SSLContext)
    assert "secret" not in repr(address)


def test_the_hosts_of_a_cluster() -> None:
    """Each with its own port, all with the same login. The first is asked first."""
    address = parse_address("redis://:pw@one:7000,two")
    assert [(each.host, each.port, each.login) for each in (address, *address.others)] == [
        ("one", 7000, ("pw",)),
        ("two", 6379, ("pw",)),
    ]


def test_a_socket() -> None:
    address = parse_address("unix://ada:pass%20word@/run/my%20redis.sock?db=3")
    assert (address.path, address.database, address.login) == ("/run/my redis.sock", 3, ("ada", "pass word"))
