"""`counterfoil config`: the settings as the portal would take them, where each comes from, and no secret."""

import os
import sys
from pathlib import Path

import click
import msgspec

from counterfoil.cli.startup import SETTINGS_ARE_WRONG
from counterfoil.settings import SettingsError, effective, load


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def config(*, as_json: bool) -> None:
    """Show each setting and where it comes from; of secrets only whether they are set. Exit code 2: some are wrong."""
    found, problems = effective(os.environ, Path()), _problems()
    if as_json:
        click.echo(msgspec.json.encode({"settings": found, "problems": problems}))
    else:
        for each in found:
            click.echo(each.line)
        for problem in problems:
            click.echo(problem, err=True)
    sys.exit(SETTINGS_ARE_WRONG if problems else 0)


def _problems() -> list[str]:
    try:
        load()
    except SettingsError as error:
        return error.problems
    return []
