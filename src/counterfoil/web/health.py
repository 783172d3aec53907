"""For orchestrators: does the process live, and can it do its work."""

from litestar import get
from litestar.enums import MediaType


@get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
async def alive() -> str:
    return "ok\n"
