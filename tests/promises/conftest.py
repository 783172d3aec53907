"""People of the seeded WHMCS, signed in to the portal's API."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.stack import Stack


@pytest.fixture
def ada(stack: Stack) -> Iterator[httpx2.Client]:
    """Owner of client 1."""
    with stack.visitor("ada@example.com") as client:
        yield client


@pytest.fixture
def bob(stack: Stack) -> Iterator[httpx2.Client]:
    """Owner of client 2, a stranger to Ada."""
    with stack.visitor("bob@example.com") as client:
        yield client
