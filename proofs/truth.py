"""What WHMCS really said when, and what a portal's statement means against it: from claims to values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proofs.events import NEVER, Shown, Track, Value, Version
from proofs.statements import OPEN, Claim, Statement

ALWAYS = -NEVER


def invoice_track(client: int, versions: Iterable[Mapping[str, Any]]) -> Track:
    """From the sandbox's history of one invoice. Before its first version it was not there."""
    known = [Version(ALWAYS, ALWAYS, None)]
    for version in versions:
        at = version["visible_at"]
        known.append(Version(at, at, _facts(version["invoice"]) if version["invoice"] else None))
    return Track(client, known)


def _facts(invoice: Mapping[str, Any]) -> tuple[str, ...]:
    status = invoice["status"].lower().replace(" ", "_")
    return (invoice["number"], status, invoice["total"], invoice["duedate"], invoice["balance"])


def key_of(invoice: int) -> str:
    return f"invoice {invoice}"


def address_of(client: int) -> str:
    return f"address {client}"


class Truth:
    """Knows every track, and to whom it belongs."""

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self._tracks = tracks
        self._of_client: dict[int, list[str]] = {}
        for key, track in tracks.items():
            if key.startswith("invoice"):
                self._of_client.setdefault(track.client, []).append(key)

    def resolve(self, client: int, statement: Statement, as_of: float) -> Shown:
        """`as_of`: the statement's, on the run's clock."""
        values, untrue = [], []
        for claim in statement.claims:
            value = self._value(client, claim)
            if value is None:
                untrue.append(f"{key_of(claim.invoice)} v{claim.version} {claim.facts}")
            else:
                values.append(value)
        if statement.listed is not None:
            values += self._missing(client, statement.listed)
        if statement.suite is not None:
            values.append(Value(address_of(client), (statement.suite,), "client"))
        return Shown(client, tuple(values), as_of, tuple(untrue))

    def missing(self, client: int, invoice: int) -> Shown:
        """What "not found" says of an invoice; nothing, if it was never this client's."""
        track = self._tracks.get(key_of(invoice))
        if track is None or track.client != client:
            return Shown(client, ())
        return Shown(client, (Value(key_of(invoice), _without(track), "invoice", is_missing=True),))

    def _value(self, client: int, claim: Claim) -> Value | None:
        track = self._tracks.get(key_of(claim.invoice))
        if track is None or track.client != client:
            return None
        if claim.version is None:
            candidates = tuple(at for at, version in enumerate(track.versions) if _fits(claim, version))
        else:
            known = claim.version < len(track.versions) and _fits(claim, track.versions[claim.version])
            candidates = (claim.version,) if known else ()
        return Value(key_of(claim.invoice), candidates, claim.part) if candidates else None

    def _missing(self, client: int, listed: frozenset[int]) -> Iterator[Value]:
        for key in self._of_client.get(client, ()):
            if int(key.split()[1]) not in listed:
                yield Value(key, _without(self._tracks[key]), "rows", is_missing=True)


def _fits(claim: Claim, version: Version) -> bool:
    if version.facts is None or len(claim.facts) != len(version.facts):
        return False
    _, status, _, _, balance = claim.facts
    if status is None and balance == "0.00" and version.facts[1] not in OPEN:
        # A page shows what is due, which of a closed invoice is nothing, whatever balance WHMCS goes on computing.
        claim = claim._replace(facts=(*claim.facts[:4], None))
    return all(said is None or said == fact for said, fact in zip(claim.facts, version.facts, strict=True))


def _without(track: Track) -> tuple[int, ...]:
    return tuple(at for at, version in enumerate(track.versions) if version.facts is None)
