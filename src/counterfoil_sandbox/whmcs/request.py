"""What a handler gets: any request, and the installation that it is about."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from .installation import Installation

AnyRequest = Request[Any, Any, Any]


def base_url(request: AnyRequest) -> str:
    """This WHMCS's own address, without a slash at its end."""
    return (installation_of(request).options.public_url or str(request.base_url)).rstrip("/")


def installation_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Installation:
    installation: Installation = connection.app.state.installation
    return installation
