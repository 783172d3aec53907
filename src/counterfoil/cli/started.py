"""What every command does first: read the settings, or say what is wrong with them and stop."""

import os
import sys

import click
import structlog

from counterfoil.settings import Settings, SettingsError, load, unknown_names

SETTINGS_ARE_WRONG = 2
"""Exit code, as for a wrong command line."""


def settings_or_exit() -> Settings:
    try:
        settings = load()
    except SettingsError as error:
        click.echo(error, err=True)
        sys.exit(SETTINGS_ARE_WRONG)
    for name in unknown_names(os.environ):
        structlog.get_logger(__name__).warning("unknown setting, perhaps misspelt", name=name)
    return settings
