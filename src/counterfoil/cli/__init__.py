"""The `counterfoil` command: the group and where its commands come from."""

import click

from counterfoil import __version__
from counterfoil.cli.serving import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="counterfoil")
def main() -> None:
    """A customer-facing billing portal for companies that run WHMCS and Salesforce."""


main.add_command(serve)
