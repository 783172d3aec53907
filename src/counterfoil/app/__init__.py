"""The composition root: Settings in, the wired portal out. The only room where parts are put together."""

from counterfoil import log
from counterfoil.app.build import build_portal
from counterfoil.app.parent import end_with_parent
from counterfoil.app.portal import Portal
from counterfoil.settings import load


def create() -> Portal:
    """What each worker of `counterfoil serve` calls."""
    settings = load()
    log.configure(settings.log_level, settings.log_format_or_default)
    end_with_parent(settings.stop_seconds)
    return build_portal(settings)
