"""What every action works with, and the error by which it refuses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from counterfoil_sandbox.whmcs.addon import Addon
from counterfoil_sandbox.whmcs.book_keeper import BookKeeper
from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.options import Options
from counterfoil_sandbox.whmcs.records import Client
from counterfoil_sandbox.whmcs.sso import Tokens
from counterfoil_sandbox.whmcs.switches import Switches
from counterfoil_sandbox.whmcs.wire import integer, text

Params = Mapping[str, str]
Answer = dict[str, Any]
Row = TypeVar("Row")


class RefusedError(Exception):
    """A business error: HTTP 200, result "error" and this message."""


@dataclass(frozen=True)
class ActionContext:
    options: Options
    ledger: Ledger
    book_keeper: BookKeeper
    switches: Switches
    addon: Addon
    tokens: Tokens
    base_url: str
    """The address by which this call came in."""
    action: str

    @property
    def escape(self) -> Callable[[str], str]:
        return str if self.switches.has("raw-text", self.action) else text

    @property
    def totals_before_credit(self) -> bool:
        return int(self.switches.version.split(".")[0]) >= 9

    def among_others(self, own: list[Row], everybody: Iterable[Row]) -> list[Row]:
        """With the quirk `foreign-rows` a client's list holds a row of somebody else's."""
        if not self.switches.has("foreign-rows", self.action):
            return own
        return [*own, *[row for row in everybody if row not in own][:1]]

    def client(self, client_id: str | None, message: str = "Client Not Found") -> Client:
        found = self.ledger.clients.visible(integer(client_id))
        if found is None:
            raise RefusedError(message)
        return found


def window(rows: Sequence[Row], params: Params) -> tuple[int, Sequence[Row]]:
    """`limitstart` and `limitnum`; 25 rows unless told, as nobody expects."""
    start = max(integer(params.get("limitstart")), 0)
    size = integer(params.get("limitnum"))
    return start, rows[start : start + (size if size > 0 else 25)]
