"""What a call comes to when WHMCS does not do it."""

from collections.abc import Awaitable
from typing import Any

import pytest

from counterfoil.errors import BillingUnavailable
from tests.whmcs.scripted import says


def refuses(message: str) -> Any:
    return says({"result": "error", "message": message})


async def reason(call: Awaitable[Any]) -> str:
    """Why the billing system counts as unavailable, as the log has it."""
    with pytest.raises(BillingUnavailable) as error:
        await call
    return str(error.value.args[1])
