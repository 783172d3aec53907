"""WHMCS and Salesforce for the tests of orders: started once, as they were seeded for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from counterfoil.orders.approvals import Approvals
from tests.orders.neighbours import Neighbours, neighbours
from tests.orders.world import World, opened


@pytest.fixture(scope="session")
def running_neighbours() -> Iterator[Neighbours]:
    with neighbours() as around:
        yield around


@pytest.fixture
def around(running_neighbours: Neighbours) -> Neighbours:
    running_neighbours.reset()
    return running_neighbours


@pytest.fixture
async def world(around: Neighbours, tmp_path: Path) -> AsyncIterator[World]:
    """Orders without Salesforce, on an empty database."""
    async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=False) as world:
        yield world


@pytest.fixture
async def world_with_salesforce(around: Neighbours, tmp_path: Path) -> AsyncIterator[World]:
    async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
        yield world


@pytest.fixture
async def world_without_tags(around: Neighbours, tmp_path: Path) -> AsyncIterator[World]:
    """WHMCS has no field in which an order could leave its mark."""
    async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=False, tag=False) as world:
        yield world


@pytest.fixture
def approvals(world: World) -> Approvals:
    """Of a module whose `world` has Salesforce."""
    assert world.orders.approvals is not None
    return world.orders.approvals
