"""One portal process of test_processes.py: readers that ask without pause and write down what they were shown.

Arguments: the cache's URL, the port of the WHMCS of the test, seconds. Times are CLOCK_MONOTONIC's, the machine's.
"""

import asyncio
import json
import random
import sys
import time

from counterfoil.cache import Cache, Fetched, Part, open_cache

OBJECTS = ("invoices", "profile")
READERS = 8
CHANCE = random.Random()  # noqa: S311 -- no secret


def part(name: str, port: int) -> Part:
    async def fetch() -> Fetched:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"{name}\n".encode())
            return Fetched((await reader.readline()).strip())
        finally:
            writer.close()
            await writer.wait_closed()

    return Part(name, 90.0, fetch)


async def read_on(cache: Cache, reader: str, port: int, ends: float) -> None:
    while (begun := time.monotonic()) < ends:
        names = CHANCE.choice([OBJECTS, OBJECTS[:1], OBJECTS[1:]])
        snapshot = await cache.read("c1", [part(name, port) for name in names], within=10)
        shown = {name: int(entry.value) for name, entry in zip(names, snapshot.entries, strict=True)}
        sys.stdout.write(json.dumps([reader, begun, time.monotonic(), shown]) + "\n")
        await asyncio.sleep(CHANCE.uniform(0, 0.01))


async def main(url: str, port: int, seconds: float) -> None:
    cache = open_cache(url)
    await cache.start()
    ends = time.monotonic() + seconds
    names = [f"{CHANCE.random()}" for _ in range(READERS)]
    await asyncio.gather(*(read_on(cache, name, port, ends) for name in names))
    await cache.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
