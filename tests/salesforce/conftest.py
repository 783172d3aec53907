"""A Salesforce sandbox of this room's own, and clients for it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.fields import Fields
from tests.org import OrgSandbox, running_org


@pytest.fixture(scope="package")
def one_org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrgSandbox]:
    with running_org(tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest.fixture
def org(one_org: OrgSandbox) -> OrgSandbox:
    """As at the start, nothing broken."""
    one_org.control("POST", "reset")
    return one_org


@pytest.fixture
async def client(org: OrgSandbox, anyio_backend: str) -> AsyncIterator[SalesforceClient]:
    given = {name.removeprefix("salesforce_"): value for name, value in org.settings.items()}
    client = SalesforceClient(**given)  # type: ignore[arg-type]
    yield client
    await client.close()


@pytest.fixture
def api(client: SalesforceClient) -> SalesforceApi:
    return SalesforceApi(client, Fields({}))
