"""What the adversary knows of WHMCS while it changes it: ids, states, addresses. The whole truth is asked for later."""

import random
from collections import defaultdict
from typing import Any

from proofs.events import Track, Version
from proofs.truth import ALWAYS, address_of


class Books:
    """What the adversary knows of WHMCS at once: ids, states, which clients are deaf. The truth is asked for later."""

    def __init__(self, clients: list[int]) -> None:
        self.clients = clients
        self.living: dict[int, dict[int, dict[str, Any]]] = {client: {} for client in clients}
        self.owner: dict[int, int] = {}
        """Of every invoice there ever was, in the order in which they were made."""
        self.guessed: dict[int, set[int]] = defaultdict(set)
        """Which clients have asked for an invoice that was perhaps not theirs."""
        self.deaf: set[int] = set()
        self.addresses = {client: Track(client, [Version(ALWAYS, ALWAYS, ("",))]) for client in clients}

    def note(self, invoice: dict[str, Any]) -> None:
        self.living[invoice["userid"]][invoice["id"]] = invoice
        self.owner[invoice["id"]] = invoice["userid"]

    def is_deaf(self, client: int) -> bool:
        return client in self.deaf

    def some_invoice(self, client: int, chance: random.Random, *, odd: bool) -> int:
        """One of the client's; odd: any that there ever was, or that may come next."""
        if odd:
            ever = list(self.owner)
            guess = chance.choice([*ever[-12:], chance.choice(ever), ever[-1] + chance.randint(1, 4)])
            self.guessed[guess].add(client)
            return guess
        return chance.choice(list(self.living[client]))

    def some_payable(self, client: int, chance: random.Random) -> int:
        payable = [id_ for id_, each in self.living[client].items() if each["status"] == "Unpaid"]
        return chance.choice(payable or list(self.living[client]))

    def address_changed(self, client: int, low: float, high: float) -> None:
        """The sandbox never lets a version be seen before the one that it follows."""
        versions = self.addresses[client].versions
        versions.append(Version(max(low, versions[-1].earliest), max(high, versions[-1].latest), (str(len(versions)),)))

    @property
    def tracks(self) -> dict[str, Track]:
        return {address_of(client): track for client, track in self.addresses.items()}
