"""What every page has and what surrounds it: whose it is, in which language, under which brand, with which ways to go.

One frozen struct a page, complete, in the file of its noun. Templates never fetch. Look and words are theirs.
"""

from typing import ClassVar

from msgspec import Struct

from counterfoil.accounts.viewer import Viewer, Viewing
from counterfoil.model import Client
from counterfoil.settings import Settings
from counterfoil.web.http.begun import person_mark
from counterfoil.web.http.request_context import AnyRequest, address_of_form, context_of, page_address
from counterfoil.web.http.response_cache import chosen_language
from counterfoil.web.text.catalogue import negotiate_language, translatable
from counterfoil.web.views.navigation import NavItem, ways_for


class View(Struct, frozen=True):
    """`section` marks the place in the navigation; `live` names what on the page may change (web/http/live_streams.py):
    "invoices", or "invoice:7" for one of them.
    """

    template: ClassVar[str]
    section: ClassVar[str] = ""

    @property
    def live(self) -> str:
        return ""

    @property
    def has_error(self) -> bool:
        """Whether what was entered was refused: then the title says so first."""
        return False

    @property
    def poll(self) -> int:
        """Seconds after which the page is read again although nothing was told; 0: never."""
        return 0


class Brand(Struct, frozen=True):
    """The white label. `accent` is "#rrggbb" or empty, the addresses are checked by settings/addresses.py."""

    name: str
    logo_url: str = ""
    accent: str = ""
    support_url: str = ""
    address_lines: tuple[str, ...] = ()
    """The supplier's, as it stands on invoices: address, tax number, e-mail address."""
    foot_links: tuple[tuple[str, str], ...] = ()
    """Labels, message ids, and addresses."""
    style_sheet: str = ""
    """The operator's own, after ours."""
    logo_dark_url: str = ""
    """In the place of the logo where the page is dark."""
    prices_include_tax: bool | None = None
    """None: not known, so nothing is said of it."""


def brand_of(settings: Settings) -> Brand:
    links = (
        (translatable("Help and contact"), settings.support_url),
        (translatable("Legal notice"), settings.legal_url),
        (translatable("Privacy"), settings.privacy_url),
        (translatable("Terms"), settings.terms_url),
    )
    return Brand(
        settings.brand_name,
        settings.brand_logo_url,
        settings.brand_accent,
        settings.support_url,
        address_lines=tuple(filter(None, (*settings.brand_address, settings.brand_tax_id, settings.brand_email))),
        foot_links=tuple((label, href) for label, href in links if href),
        style_sheet=settings.custom_css,
        logo_dark_url=settings.brand_logo_dark_url,
        prices_include_tax=settings.prices_include_tax,
    )


class Shell(Struct, frozen=True):
    """What surrounds every page: the person's, not the page's. Part of the key of a cached page."""

    language: str
    is_signed_in: bool = False
    user_name: str = ""
    client_name: str = ""
    has_several_clients: bool = False
    nav: tuple[NavItem, ...] = ()
    viewing: Viewing | None = None
    """Staff look at this page, not the person."""
    client_id: int = 0
    """0 without one. With `person` it stands in every form: for whom the page was made (http/begun.py)."""
    person: str = ""
    here: str | None = None
    """Where a choice of language leads back to: the page's path. Its query may hold what must not be repeated, a token
    sent in it by mistake; the browser names it. "" where the page may not even say its path. None: no choice.
    """


def shell_with(
    request: AnyRequest, viewer: Viewer | None, client: Client | None = None, *, language: str = ""
) -> Shell:
    """`client`: as WHMCS has it now; without it no name is shown, for the session's may be a minute old.
    `language`: of the page that the request came from, for when the client is not known.
    """
    language = language_for(request, viewer, client, language=language)
    here = (page_address(request.scope) or address_of_form(request.scope)).partition("?")[0] or "/"
    if viewer is None:
        return Shell(language, here=here)
    return Shell(
        language,
        is_signed_in=True,
        user_name=viewer.name,
        client_name=client.name if client else "",
        has_several_clients=len(viewer.clients) > (0 if viewer.is_closed else 1),
        nav=ways_for(viewer),
        viewing=viewer.viewing,
        client_id=viewer.client_id or 0,
        person=person_mark(viewer.account_id),
        here=here,
    )


def language_for(
    request: AnyRequest, viewer: Viewer | None, client: Client | None = None, *, language: str = ""
) -> str:
    """What the person chose, then the client's own, then the page's, then what the session remembers, then the
    browser's.
    """
    headers = context_of(request.scope).headers
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    if viewer is None:
        return negotiate_language(accepted, language or chosen_language(headers))
    known = client.language if client else language or viewer.language
    return negotiate_language(accepted, chosen_language(headers) or known)
