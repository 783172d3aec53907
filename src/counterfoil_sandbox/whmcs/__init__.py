"""A stand-in for one WHMCS installation: its API as it is on the wire, its customer pages, its hooks. No PHP."""

from .app import create_app
from .options import Options

__all__ = ["Options", "create_app"]
