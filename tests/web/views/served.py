"""Every specimen as a page: rendered, served under the strict content policy, and visited in a browser."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from counterfoil.web.http.assets import PREFIX, Assets
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Brand, Shell, View
from tests.web.views.specimens import PAGES

ASSETS = Assets()
RENDERER = Renderer(
    Brand("Northwind Internet", support_url="https://help.example.com/"), ASSETS.address, zone=ZoneInfo("UTC")
)


@contextmanager
def serving(pages: Mapping[str, tuple[View, Shell]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, media_type = _answer(pages, self.path.removeprefix(PREFIX).strip("/"))
            self.send_response(200)
            self.send_header("content-security-policy", "default-src 'self'; object-src 'none'; base-uri 'none'")
            self.send_header("content-type", media_type)
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        request_queue_size = 100  # Of the usual five a busy machine resets the sixth.

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _answer(pages: Mapping[str, tuple[View, Shell]], name: str) -> tuple[bytes, str]:
    if name in pages:
        return RENDERER.page(*pages[name]), "text/html; charset=utf-8"
    asset = ASSETS.file(name)
    return asset.body, asset.media_type


def visited(page: Page, names: Iterable[str], pages: Mapping[str, tuple[View, Shell]] = PAGES) -> Iterator[str]:
    """One after the other, in the browser. The server's clock is not served here, and the stream says nothing."""
    page.route("**/healthz", lambda route: route.fulfill(status=204))
    silent = {"content_type": "text/event-stream", "body": "retry: 600000\n\n"}
    page.route("**/api/v1/events", lambda route: route.fulfill(**silent))
    with serving(pages) as url:
        for name in names:
            page.goto(f"{url}/{name}")
            yield name
