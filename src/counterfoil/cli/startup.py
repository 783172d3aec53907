"""What every command does first: read the settings, or say what is wrong with them and stop; set up the logs."""

import os
import sys

import click
import structlog

from counterfoil import log
from counterfoil.settings import Settings, SettingsError, load, unknown_names

SETTINGS_ARE_WRONG = 2
"""Exit code, as for a wrong command line."""


def settings_or_exit(*, processes: int = 1) -> Settings:
    """For whoever is to serve people with them."""
    try:
        settings = load(processes=processes)
    except SettingsError as error:
        click.echo(error, err=True)
        sys.exit(SETTINGS_ARE_WRONG)
    log.configure(settings.log_level, settings.log_format_or_default)
    for name in unknown_names(os.environ):
        structlog.get_logger(__name__).warning("unknown setting, perhaps misspelt", name=name)
    return settings
