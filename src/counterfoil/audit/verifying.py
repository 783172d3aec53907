"""Whether the trail is whole: nothing in it was changed, removed, added or put elsewhere."""

from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.audit.appending import HEAD
from counterfoil.audit.chain import START, digest_of, hash_of
from counterfoil.audit.entries import Action
from counterfoil.audit.repository import rows_after
from counterfoil.db.engine import transaction
from counterfoil.db.tables import audit_entry, audit_head

MOST_PROBLEMS = 20
"""After so many, more say nothing new."""


class Place(NamedTuple):
    """An entry and its hash, as `verify` printed them earlier."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class Verdict(NamedTuple):
    """`last` is worth keeping elsewhere: whoever rewrites the whole trail cannot rewrite that."""

    entries: int
    last: Place
    problems: list[str]


async def verify(engine: AsyncEngine, known: Place | None = None) -> Verdict:
    """Of the whole trail; with `known`, of what came after it, and that it is still there."""
    while True:
        begins = await _beginning(engine)
        verdict = await _verified(engine, known)
        # What was let go meanwhile is not missing.
        if not verdict.problems or await _beginning(engine) == begins:
            return verdict


async def _beginning(engine: AsyncEngine) -> int | None:
    async with transaction(engine) as connection:
        before: int | None = await connection.scalar(select(audit_head.c.before).filter_by(**HEAD))
    return before


async def _verified(engine: AsyncEngine, known: Place | None) -> Verdict:
    start, end, problems = await _ends(engine, known)
    forgotten = await _forgotten(engine)
    place, count = start, 0
    while end.number > place.number and len(problems) < MOST_PROBLEMS:
        rows = [row for row in await rows_after(engine, place.number) if row.number <= end.number]
        if not rows:
            break
        for row in rows:
            problems += _problems(place, row, forgotten)
            place = Place(row.number, row.hash)
            count += 1
    if place != end and len(problems) < MOST_PROBLEMS:
        problems.append(f"entry {end.number} was the last one, but the trail ends with entry {place.number}")
    return Verdict(count, place, problems[:MOST_PROBLEMS])


async def _ends(engine: AsyncEngine, known: Place | None) -> tuple[Place, Place, list[str]]:
    """Where to begin, where it must end (entries that are added meanwhile are not looked at), what is wrong already."""
    async with transaction(engine) as connection:
        head = (await connection.execute(select(audit_head).filter_by(**HEAD))).first()
        last = audit_entry.c.number.desc()
        newest = (await connection.execute(select(audit_entry).order_by(last).limit(1))).first()
        oldest = (await connection.execute(select(audit_entry).order_by(audit_entry.c.number).limit(1))).first()
        seen = known and (await connection.scalar(select(audit_entry.c.hash).filter_by(number=known.number)))
    if head is None:
        whole = "" if newest is None else "the row that says where the trail begins and ends is gone"
        end = Place(0, START) if newest is None else Place(newest.number, newest.hash)
        return Place(0, START), end, [whole] if whole else []
    problems = []
    if newest is not None and newest.number > head.last:
        problems.append(f"entry {newest.number} was added past the end of the trail")
    if oldest is not None and oldest.number <= head.before:
        problems.append(f"entry {oldest.number} was added before the beginning of the trail")
    if known and known.number > head.before and seen != known.hash:
        problems.append(f"entry {known.number} is not the one that was there when its hash was written down")
    begins = Place(head.before, head.before_hash)
    from_known = known is not None and known.number > head.before and not problems
    return known if known and from_known else begins, Place(head.last, head.last_hash), problems


async def _forgotten(engine: AsyncEngine) -> frozenset[int]:
    """Accounts of people who were forgotten: what is missing of them was not removed by hand."""
    query = select(audit_entry.c.account_id).where(audit_entry.c.action == Action.PERSON_FORGOTTEN.value)
    async with transaction(engine) as connection:
        return frozenset(each for each in await connection.scalars(query) if each is not None)


def _problems(before: Place, row: Row[Any], forgotten: frozenset[int]) -> list[str]:
    missing = row.number - before.number - 1
    if missing > 0:
        one = (
            f"entry {before.number + 1} is" if missing == 1 else f"entries {before.number + 1} to {row.number - 1} are"
        )
        return [f"{one} missing"]
    values = {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001 - its public name
    found = []
    if hash_of(before.hash, values) != row.hash:
        found.append(f"entry {row.number} was changed, or is not where it belongs")
    if row.personal is not None and digest_of(row.salt or "", row.personal) != row.personal_digest:
        found.append(f"the address or the reason of entry {row.number} was changed")
    if row.personal is None and row.personal_digest and row.account_id not in forgotten:
        found.append(f"the address or the reason of entry {row.number} was removed, of nobody who was forgotten")
    if row.action == Action.HEAD_MISSING.value:
        found.append(f"before entry {row.number} the row that says where the trail ends was removed")
    return found


def read_place(text: str) -> Place | None:
    number, _, digest = text.partition(":")
    is_hash = len(digest) == len(START) and not set(digest) - set("0123456789abcdef")
    return Place(int(number), digest) if number.isascii() and number.isdigit() and is_hash else None
