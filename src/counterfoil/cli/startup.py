"""What every command does first: read the settings, or say what is wrong with them and stop; set up the logs."""

import os
import sys

import click
import structlog

from counterfoil import log
from counterfoil.settings import Settings, SettingsError, load, unknown_names

SETTINGS_ARE_WRONG = 2
"""Exit code, as for a wrong command line."""

OIDC_ISSUER = "COUNTERFOIL_OIDC_ISSUER"
LEAVE_EMPTY = f"Leave {OIDC_ISSUER} empty: people sign in with the e-mail address and password that WHMCS knows."


def settings_or_exit(*, processes: int = 1) -> Settings:
    """For whoever is to serve people with them."""
    try:
        settings = _loaded(processes)
    except SettingsError as error:
        click.echo(error, err=True)
        sys.exit(SETTINGS_ARE_WRONG)
    log.configure(settings.log_level, settings.log_format_or_default)
    for name in unknown_names(os.environ):
        structlog.get_logger(__name__).warning("unknown setting, perhaps misspelt", name=name)
    return settings


def _loaded(processes: int) -> Settings:
    settings = load(processes=processes)
    if problem := lock_out(settings):
        raise SettingsError([f"{OIDC_ISSUER}: {problem}. {LEAVE_EMPTY}"])
    return settings


def lock_out(settings: Settings) -> str:
    """Why nobody could sign in; empty when people can."""
    if not settings.oidc_issuer:
        return ""
    return "turns passwords off, and this version has no OpenID Connect yet: nobody could sign in"
