"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

from counterfoil.settings.settings import Network, Settings, SettingsError, is_loopback, load, origin, unknown_names

__all__ = ["Network", "Settings", "SettingsError", "is_loopback", "load", "origin", "unknown_names"]
