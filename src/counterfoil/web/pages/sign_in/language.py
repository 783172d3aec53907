"""The languages at the foot of every page: this browser's choice, over the profile's. Nothing changes in WHMCS."""

from litestar import post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.request_context import AnyRequest, address_of_form
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.language import language_cookie
from counterfoil.web.sign_in.next_address import own_address
from counterfoil.web.text.catalogue import LANGUAGES


class LanguageForm(Struct):
    lang: str = ""
    next: str = ""


@post("/language", public=True, any_account="it is the browser's, not the account's", include_in_schema=False)
async def choose(request: AnyRequest, services: GivenServices, data: URLEncodedBody[LanguageForm]) -> Redirect:
    """Back to the page that one was on, without its `lang`. A language that there is not changes nothing.

    No page repeats its query, and an error not its path either: the browser says them, or they are left out.
    """
    cookies = [language_cookie(services.settings, data.lang)] if data.lang in LANGUAGES else []
    came_from = address_of_form(request.scope)
    address = came_from if data.next in {"", came_from.partition("?")[0]} else data.next
    return Redirect(own_address(address), status_code=303, cookies=cookies, headers=NO_STORE)
