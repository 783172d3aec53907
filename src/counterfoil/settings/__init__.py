"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

from counterfoil.settings.order_limit import OrderLimit
from counterfoil.settings.settings import Settings, SettingsError, load, unknown_names

__all__ = ["OrderLimit", "Settings", "SettingsError", "load", "unknown_names"]
