"""The description of the JSON API as a page of our own for people. For programs: api/openapi.py."""

from typing import Any

from litestar import Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin

from counterfoil import __version__
from counterfoil.web.text.catalogue import SOURCE
from counterfoil.web.views.api_docs import ApiDocs, error_codes, operations
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Shell


class DocsPage(OpenAPIRenderPlugin):
    """Litestar's own pages load their scripts from other hosts."""

    def __init__(self, renderer: Renderer, examples: dict[str, Any]) -> None:
        super().__init__(path="/")
        self._renderer = renderer
        self._examples = examples
        self._made = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The same for everybody, so it is made once."""
        if not self._made:
            view = ApiDocs(operations=tuple(operations(openapi_schema)), codes=tuple(error_codes(self._examples)))
            self._made = self._renderer.page(view, Shell(language=SOURCE))
        return self._made


def config(renderer: Renderer, examples: dict[str, Any]) -> OpenAPIConfig:
    """`examples` of errors, of every code that this portal can answer."""
    router = Router("/api/docs", route_handlers=[], include_in_schema=False, opt={"public": True})
    return OpenAPIConfig(
        title="Counterfoil",
        version=__version__,
        description="Invoices and payments of one signed-in customer. `as_of` is the time at which reading from the "
        "billing system began: the data is at least as new. A request that writes may name the client that it is "
        "meant for in the header `Counterfoil-Client`: when another one is selected, that is 409 `account_changed`, "
        "and nothing is changed.",
        use_handler_docstrings=True,
        render_plugins=[DocsPage(renderer, examples)],
        openapi_router=router,
    )
