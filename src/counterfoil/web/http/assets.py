"""Style sheet, font, scripts, icon: put together once at start, served from memory under names that hold their hash."""

import gzip
import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from counterfoil.errors import NotFound
from counterfoil.web.http.accent import accent_css

PREFIX = "/static"

_SHEETS = ("tokens", "base", "layout", "components", "print")
"""In this order; a folder counts as its files by name."""

_SCRIPTS = ("clock", "forms", "drafts", "session", "patch", "page", "live", "swap", "reveal", "menu")
"""One module of the browser's, in this order: a file can be imported by name only where names hold no hash."""

_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


class Asset(Struct, frozen=True):
    body: bytes
    zipped: bytes
    media_type: str


class Assets:
    """`accent` is the brand's colour, or empty for our own."""

    def __init__(self, accent: str = "") -> None:
        self._addresses: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        static = resources.files("counterfoil.web").joinpath("static")
        self._add("inter.woff2", "font/woff2", static.joinpath("inter.woff2").read_bytes())
        font = self.address("inter.woff2").encode()
        sheet = _style_sheet(static.joinpath("css"), accent).replace(b"inter.woff2", font)
        self._add("portal.css", "text/css; charset=utf-8", sheet)
        portal = b"\n".join(static.joinpath("portal", f"{name}.js").read_bytes() for name in _SCRIPTS)
        for name, script in (("portal.js", portal), ("lists.js", static.joinpath("lists.js").read_bytes())):
            self._add(name, "text/javascript; charset=utf-8", script)
        icon = static.joinpath("icon.svg").read_text(encoding="utf-8")
        self._add("icon.svg", "image/svg+xml", icon.replace("#0b6e4f", accent or "#0b6e4f").encode())

    def _add(self, name: str, media_type: str, body: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
        self._files[hashed] = Asset(body, gzip.compress(body, mtime=0), media_type)
        self._addresses[name] = f"{PREFIX}/{hashed}"

    @property
    def version(self) -> str:
        """Another one whenever a file is."""
        return " ".join(self._addresses.values())

    def address(self, name: str) -> str:
        """E.g. "/static/portal.0123456789ab.css" for "portal.css"."""
        return self._addresses[name]

    def file(self, hashed_name: str) -> Asset:
        """Raises NotFound."""
        if hashed_name not in self._files:
            raise NotFound
        return self._files[hashed_name]


def _style_sheet(folder: Traversable, accent: str) -> bytes:
    parts: list[bytes] = []
    for name in _SHEETS:
        place = folder.joinpath(name)
        files = (
            sorted(place.iterdir(), key=lambda file: file.name) if place.is_dir() else [folder.joinpath(f"{name}.css")]
        )
        parts += [file.read_bytes() for file in files]
    if accent:
        parts.append(accent_css(accent).encode())
    return b"\n".join(parts)


def static_files(assets: Assets) -> HTTPRouteHandler:
    """The route. It needs no session and sets none."""

    @get(f"{PREFIX}/{{name:str}}", public=True, include_in_schema=False, sync_to_thread=False)
    def static_file(request: Request[object, object, State], name: FromPath[str]) -> Response[bytes]:
        asset = assets.file(name)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, media_type=asset.media_type, headers={**_HEADERS, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=_HEADERS)

    return static_file
