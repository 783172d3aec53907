"""What a server says of itself in INFO."""


def parse_info(told: bytes) -> dict[str, str]:
    """By name; which section a line stands in is left out."""
    lines = (line.partition(":") for line in told.decode(errors="replace").splitlines())
    return {name: value for name, colon, value in lines if colon}


def mode_of(info: dict[str, str]) -> str:
    """standalone, cluster or sentinel. Valkey has another name for it."""
    return info.get("redis_mode") or info.get("server_mode", "")
