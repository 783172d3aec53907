"""The `counterfoil` command: which commands there are, and where each lives."""

import gc
import sys
from importlib import import_module
from types import ModuleType

import click

from counterfoil import __version__

COMMANDS = {
    "serve": "counterfoil.cli.serving:serve",
    "doctor": "counterfoil.cli.doctor:doctor",
    "migrate": "counterfoil.db.commands:migrate",
    "link": "counterfoil.accounts.commands:link",
    "unlink": "counterfoil.accounts.commands:unlink",
    "links": "counterfoil.accounts.commands:links",
    "identity": "counterfoil.accounts.identities.commands:identity",
    "staff": "counterfoil.accounts.commands:staff",
    "sessions": "counterfoil.accounts.session_commands:sessions",
    "unlock": "counterfoil.cli.unlock:unlock",
    "forget": "counterfoil.accounts.privacy:forget",
    "export": "counterfoil.accounts.privacy:export",
    "audit": "counterfoil.audit.commands:audit",
    "why": "counterfoil.cli.why:why",
    "config": "counterfoil.cli.config:config",
    "cache": "counterfoil.cli.cache_commands:cache",
    "order": "counterfoil.cli.order:order",
    "sandbox": "counterfoil_sandbox.cli:sandbox",
}


def imported(module: str) -> ModuleType:
    """With all that it imports. The collector rests meanwhile: what is imported stays, and to walk over all of it again
    and again is more than half of a start's instructions.
    """
    gc.disable()
    try:
        _import_structlog_alone()
        return import_module(module)
    finally:
        gc.enable()


def _import_structlog_alone() -> None:
    """Where rich is installed, as it is for Litestar's own command, structlog takes it along, and with it pygments and
    attrs, to colour tracebacks: of ours it gets the text. Measured: 34 ms of 0.8 s, and 4 MB.
    """
    if {"rich", "structlog"} & sys.modules.keys():
        return
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import_module("structlog")
    finally:
        del sys.modules["rich"]


class Commands(click.Group):
    """Imports a command when it is used. Measured: importing all of them takes 0.9 s, `link` alone 0.3 s."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(imported(module), name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="counterfoil")
def main() -> None:
    """A customer-facing billing portal for companies that run WHMCS and Salesforce."""
