"""Salesforce's stand-in as a real process, and the control interface through which a test looks at it and breaks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.processes import Child, free_port
from tests.stack import COUNTERFOIL, answers, plain_environment


class OrgSandbox:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [*COUNTERFOIL, "sandbox", "salesforce", "--port", str(self.port)]
        self.child = Child(command, folder / "salesforce.log", env=plain_environment(), cwd=folder)

    @property
    def settings(self) -> dict[str, str]:
        """What the portal has to be told."""
        found = self.control("GET", "credentials")
        return {"salesforce_url": self.url} | {f"salesforce_{name}": value for name, value in found.items()}

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = httpx2.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def break_with(self, kind: str, **rule: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **rule})

    def mend(self) -> None:
        self.control("DELETE", "faults")

    def operations(self) -> list[str]:
        return [call["operation"] for call in self.control("GET", "calls")]

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "records/Order")
        return found

    def order(self, portal_order_id: str) -> dict[str, Any]:
        (found,) = [order for order in self.orders() if order.get("Portal_Order_ID__c") == portal_order_id]
        return found

    def by_id(self, salesforce_id: str) -> dict[str, Any]:
        (found,) = [order for order in self.orders() if order["Id"] == salesforce_id]
        return found

    def approve(self, salesforce_id: str) -> None:
        """As sales staff do."""
        self.control("PATCH", f"records/Order/{salesforce_id}", {"Activation_Status__c": "Requested"})

    def sell(self, client_id: int, *lines: tuple[int, str, int]) -> str:
        """An order that sales staff make and approve: WHMCS product, cycle, quantity. Its id over there."""
        sold = self.control("POST", "orders", {"client_id": client_id, "lines": [list(line) for line in lines]})
        return str(sold["id"])


@contextmanager
def running_org(folder: Path) -> Iterator[OrgSandbox]:
    org = OrgSandbox(folder)
    try:
        org.child.start(lambda: answers(f"{org.url}/"))
        yield org
    finally:
        org.child.stop()
