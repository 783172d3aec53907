"""A portal whose people sign in by OpenID Connect, for the modules whose `portal` that is."""

from collections.abc import Iterator
from itertools import count

import httpx2
import pytest

from tests import openid
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def portal_with_openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    given = {"oidc_staff_claim": "realm.groups", "oidc_staff_value": "billing", "oidc_name": "Northwind ID"}
    given["trusted_proxies"] = "127.0.0.1"
    with running_stack(tmp_path_factory.mktemp("portal"), openid=True, **given) as running:
        yield running


_places = count(1)


@pytest.fixture
def visitor(portal: Stack) -> Iterator[httpx2.Client]:
    """Each from a place of their own: failures of one place are counted together."""
    openid.behave(portal.sandbox)
    with portal.visitor() as client:
        client.headers["x-forwarded-for"] = f"198.51.100.{next(_places)}"
        yield client
