"""What the settings are and where each comes from, for operators. Of a secret only whether there is one."""

from collections.abc import Mapping
from dataclasses import Field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from msgspec import Struct

from counterfoil.settings.settings import Settings, name_of


class Origin(StrEnum):
    DEFAULT = "default"
    ENVIRONMENT = "environment"
    DOTENV = ".env"
    FILE = "file"
    """Its value; its name came from the environment or from .env."""


class Effective(Struct, frozen=True):
    """`value`: as it was given, or the default; of a secret that was given `(set)`, or `(not set)`."""

    name: str
    value: str
    origin: Origin
    is_secret: bool

    @property
    def line(self) -> str:
        """As a file .env takes it."""
        value = self.value.replace("\n", "\\n")
        return f"{self.name}={value}  # {self.origin}"


def effective(environ: Mapping[str, str], directory: Path) -> list[Effective]:
    """By name. Whether they are valid: `load`, which takes them in the same order."""
    dotenv = {name: text for name, text in dotenv_values(directory / ".env").items() if text is not None}
    return sorted((_of(item, environ, dotenv) for item in fields(Settings)), key=lambda each: each.name)


def _of(item: Field[Any], environ: Mapping[str, str], dotenv: Mapping[str, str]) -> Effective:
    name, default = name_of(item), item.metadata.get("default", "")
    is_secret: bool = item.metadata["secret"]
    text, origin = _given(name, environ, dotenv)
    if is_secret and _given(f"{name}_FILE", environ, dotenv)[0]:
        return Effective(name, "(set)", Origin.FILE, is_secret)
    if not text:
        return Effective(name, default or ("(not set)" if is_secret else ""), Origin.DEFAULT, is_secret)
    return Effective(name, "(set)" if is_secret else text, origin, is_secret)


def _given(name: str, environ: Mapping[str, str], dotenv: Mapping[str, str]) -> tuple[str, Origin]:
    """An empty value in the environment wins over .env too: it is as good as none, and the default holds."""
    if name in environ:
        return environ[name].strip(), Origin.ENVIRONMENT
    return dotenv.get(name, "").strip(), Origin.DOTENV
