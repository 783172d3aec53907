"""The name of every scope: of what is cleared as one, and lies on one server. They are parts of keys and of topics.

While two versions of the portal run beside each other, what one clears by another name, the other goes on showing.
"""

SHARED_SCOPE = "gw"
"""What all clients see alike: gateways and products."""


def client_scope(client_id: int) -> str:
    """Everything that belongs to one WHMCS client."""
    return f"c{client_id}"


def session_scope(client_id: int | None) -> str:
    """Sessions lie beside the data of the client they look at, so that one round trip reads both."""
    return client_scope(client_id or 0)


def session_topic(key: str) -> str:
    """What is published here ends the session's live streams."""
    return f"s{key}"


def user_scope(user_id: int | None) -> str:
    """What WHMCS says of one of its users: whom they may act for, and what they may do there."""
    return f"u{user_id}"
