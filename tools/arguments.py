"""`--help` for programs that only variables of the environment tell what to do, and a word on what else is given."""

import argparse


def take_none(described: str | None) -> None:
    """Ends the program with `described` when help is asked for, before anything is begun."""
    argparse.ArgumentParser(
        description=described, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    ).parse_args()
