"""What is put together once at the start, and the route that serves it."""

import gzip
import hashlib
import re
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from counterfoil.errors import NotFound
from counterfoil.web.http.accent import accent_css, icon_colours, parse
from counterfoil.web.http.assets.icons import icon_svg, tinted

PREFIX = "/static"

_SHEETS = ("tokens", "base", "layout", "components", "print")
"""In this order; a folder counts as its files by name."""

_SCRIPTS = ("clock", "forms", "drafts", "session", "patch", "page", "live", "swap", "ticket", "reveal", "menu")
"""One module of the browser's, in this order: a file can be imported by name only where names hold no hash."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_OF_ANOTHER_RELEASE = "no-store"
"""While machines are upgraded one by one, a page of one release asks a machine of the other for its style sheet. What
that one has is nearer to what was meant than nothing, and must not be remembered under that name.
"""

_HASHED = re.compile(r"([a-z-]+)\.[0-9a-f]{12}\.([a-z0-9]+)")


class Asset(Struct, frozen=True):
    body: bytes
    zipped: bytes
    media_type: str


class Assets:
    """`accent` is the brand's colour, or empty for our own; `name` the brand's."""

    def __init__(self, accent: str = "", name: str = "Billing") -> None:
        self._addresses: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        static = resources.files("counterfoil.web").joinpath("static")
        self._add("inter.woff2", "font/woff2", static.joinpath("inter.woff2").read_bytes())
        font = self.address("inter.woff2").encode()
        sheet = _style_sheet(static.joinpath("css"), accent).replace(b"inter.woff2", font)
        self._add("portal.css", "text/css; charset=utf-8", sheet)
        portal = b"\n".join(static.joinpath("portal", f"{name}.js").read_bytes() for name in _SCRIPTS)
        for file, script in (("portal.js", portal), ("lists.js", static.joinpath("lists.js").read_bytes())):
            self._add(file, "text/javascript; charset=utf-8", script)
        colours = icon_colours(accent)
        self._add("icon.svg", "image/svg+xml", icon_svg(colours))
        drawn = static.joinpath("touch-icon.png").read_bytes()
        self._add("touch-icon.png", "image/png", tinted(drawn, parse(colours.ground), parse(colours.mark)))
        self._add("manifest.webmanifest", "application/manifest+json", self._manifest(name, colours.ground))

    def _manifest(self, name: str, colour: str) -> bytes:
        """For who puts the portal on a home screen. With the browser's way back: paying opens WHMCS."""
        icons = [
            {"src": self.address("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": self.address("touch-icon.png"), "type": "image/png", "sizes": "512x512", "purpose": "any maskable"},
        ]
        manifest = {"name": name, "short_name": name, "id": "/", "start_url": "/", "scope": "/"}
        shown = {"display": "minimal-ui", "background_color": "#f5f6f8", "theme_color": colour}
        return msgspec.json.encode({**manifest, **shown, "icons": icons})

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

    def served(self, hashed_name: str) -> tuple[Asset, str]:
        """The file and how long it may be kept; for the name that another release gave it, our own. Raises NotFound."""
        named = _HASHED.fullmatch(hashed_name)
        ours = self._addresses.get(f"{named[1]}.{named[2]}", "") if named else ""
        if hashed_name in self._files or not ours:
            return self.file(hashed_name), _IMMUTABLE
        return self.file(ours.removeprefix(f"{PREFIX}/")), _OF_ANOTHER_RELEASE


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
    return _minified(b"\n".join(parts))


def _minified(sheet: bytes) -> bytes:
    """Without comments and indentation, which are a fifth of what a first visit loads of it."""
    return re.sub(rb"\n\s*", b"\n", re.sub(rb"/\*.*?\*/", b"", sheet, flags=re.DOTALL)).strip()


def static_files(assets: Assets) -> HTTPRouteHandler:
    """The route. It needs no session and sets none."""

    @get(f"{PREFIX}/{{name:str}}", public=True, include_in_schema=False, sync_to_thread=False)
    def static_file(request: Request[object, object, State], name: FromPath[str]) -> Response[bytes]:
        asset, kept = assets.served(name)
        headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    return static_file
