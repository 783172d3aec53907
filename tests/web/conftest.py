"""A portal for a whole module of web tests: they look, and do not disturb each other."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def anybody(portal: Stack) -> Iterator[httpx2.Client]:
    """Not signed in."""
    with portal.visitor() as client:
        yield client


@pytest.fixture(scope="module")
def ada(portal: Stack) -> Iterator[httpx2.Client]:
    """Owner of client 1."""
    with portal.visitor("ada@example.com") as client:
        yield client


@pytest.fixture
def untouched(portal: Stack) -> Iterator[None]:
    """WHMCS as it was seeded, and a portal that remembers nothing of it."""
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    portal.sandbox.forget_calls()
    yield
    portal.sandbox.mend()
