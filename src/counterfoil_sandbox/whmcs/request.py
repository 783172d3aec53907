"""What a handler gets: any request, and the installation that it is about."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from .installation import Installation

AnyRequest = Request[Any, Any, Any]


def installation_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Installation:
    installation: Installation = connection.app.state.installation
    return installation
