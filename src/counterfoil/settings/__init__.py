"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

from counterfoil.settings.addresses import is_loopback, origin
from counterfoil.settings.parsers import Network
from counterfoil.settings.settings import Settings, SettingsError, load, unknown_names

__all__ = ["Network", "Settings", "SettingsError", "is_loopback", "load", "origin", "unknown_names"]
