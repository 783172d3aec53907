"""The command as a whole."""

from pathlib import Path

from counterfoil import __version__
from counterfoil.cli import COMMANDS
from tests.cli.commands import run


def test_the_command_says_what_it_can_do(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout == f"counterfoil, version {__version__}\n"
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
