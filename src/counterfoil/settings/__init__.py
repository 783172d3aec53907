"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

from counterfoil.settings.effective import Effective, Origin, effective
from counterfoil.settings.order_limit import OrderLimit
from counterfoil.settings.settings import Settings, SettingsError, load, unknown_names

__all__ = ["Effective", "OrderLimit", "Origin", "Settings", "SettingsError", "effective", "load", "unknown_names"]
