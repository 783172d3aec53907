"""What a URL says of its host. What each setting takes for a URL: settings."""

from urllib.parse import SplitResult

from counterfoil.networks import parse_ip


def origin(parts: SplitResult) -> str:
    """As browsers write it: no default port, lower case."""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if parts.port in {None, default} else f":{parts.port}")


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine."""
    address = parse_ip(host)
    return host == "localhost" if address is None else address.is_loopback
