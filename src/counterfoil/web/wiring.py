"""What request handlers work with: one struct, put together in app.build, given to handlers as `parts`."""

from dataclasses import dataclass

from counterfoil.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Litestar injects it by name: a handler asks for it with `parts: NamedDependency[Parts]`."""

    settings: Settings
