"""Addresses of machines and of networks: reading them, and who belongs where. Whom to trust, the settings say."""

import ipaddress
import re
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None for what is no address."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def parse_networks(text: str) -> tuple[Network, ...]:
    """Of e.g. "10.0.0.0/8, 192.0.2.1". Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(","))


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """No for what is no address."""
    parsed = parse_ip(address)
    return parsed is not None and any(parsed in network for network in networks)


def unmapped(address: str) -> str:
    """A server that listens on "::" names IPv4 callers "::ffff:192.0.2.1", which no list of IPv4 networks holds."""
    return address.removeprefix("::ffff:") if "." in address else address


def without_port(text: str) -> str:
    """Some proxies name the port too: "192.0.2.1:5678", "[2001:db8::1]:5678"; or only the brackets."""
    if text.startswith("["):
        address, bracket, port = text[1:].partition("]")
        return address if bracket and (not port or _PORT.fullmatch(port)) else text
    address, colon, _ = text.partition(":")
    return address if colon and _PORT.fullmatch(text[len(address) :]) else text


_PORT = re.compile(r":[0-9]{1,5}", re.ASCII)


_AROUND = ((64, 1), (56, 2), (48, 3))
"""Of IPv6: a household has a /64 or a /56, a company a /48, and whoever rents a server may have any of them."""


def holders(address: str) -> tuple[tuple[str, int], ...]:
    """Who may stand behind an address, the smallest first, and how many times as much as a household each of them may
    do. Anything but an IPv6 address stands for itself.
    """
    parsed = parse_ip(address)
    if parsed is None or parsed.version == 4:
        return ((address, 1),)
    plain = address.partition("%")[0]
    return tuple((str(ipaddress.ip_network(f"{plain}/{bits}", strict=False)), times) for bits, times in _AROUND)
