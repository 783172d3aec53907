"""The profile as a page and a plain form. What is on it: views/profile/; rules: billing/profile/."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.billing.profile.addresses import form_of
from counterfoil.billing.profile.contents import KINDS, texts_of
from counterfoil.billing.profile.edits import Conflict, Edit, InvalidProfile
from counterfoil.billing.profile.entered import is_untouched, written
from counterfoil.billing.profile.rules import TEXTS, tidy
from counterfoil.billing.profile.versions import ProfileVersion
from counterfoil.billing.reading import moment
from counterfoil.errors import (
    BillingUnavailable,
    CounterfoilError,
    FreshSignInRequired,
    OutcomeUnknown,
    RateLimited,
    SignInFailed,
    TwoFactorRequired,
    Unavailable,
)
from counterfoil.model import Client, EmailPreferences
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page, shell_from_cache, unstored
from counterfoil.web.recording import edit_recorder
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.sign_in.language import language_cookie
from counterfoil.web.sign_in.proven_again import is_fresh
from counterfoil.web.sign_in.sessions import renew_session
from counterfoil.web.views.navigation import PROFILE
from counterfoil.web.views.profile.form import differences, fields_for, preferences_for
from counterfoil.web.views.profile.page import ProfilePage
from counterfoil.web.views.profile.words import LABELS, in_words
from counterfoil.web.views.shell import language_for


@get("/profile", permission="profile", include_in_schema=False)
async def edit_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    viewer = viewer_of(request)
    reading = await services.profiles.read(viewer.client)
    client, language = reading.value, language_for(request, viewer, reading.value)
    altered = request.query_params.get("altered", "").split(".")
    page = ProfilePage(
        fields=fields_for(
            texts_of(client), language, {}, has_user=viewer.user_id is not None, unreadable=client.unreadable
        ),
        preferences=preferences_for(client.email_preferences, {}),
        seen=ProfileVersion.word_for(client),
        notice="saved" if "saved" in request.query_params else "",
        altered=tuple(label for name, label in LABELS.items() if name in altered),
        keeps_issued=services.settings.invoice_address == "snapshot",
        as_of=moment(reading.as_of),
    )
    return await respond_page(request, services, reading, page, client)


class Entered(Struct, frozen=True):
    """What somebody has on their page. `texts` holds every field of the profile."""

    texts: dict[str, str]
    preferences: dict[str, bool]
    seen: str
    page_language: str = ""
    password: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Entered":
        """A field that the page did not show is empty: it had nothing in it, or its country has no such thing."""
        seen, country = ProfileVersion(form.get("seen", "")), tidy("country", form.get("country", ""))
        # What was shown and not touched stays to the last character, however odd it is.
        texts = {
            name: text if seen.has(name, text := form.get(name, "")) else written(name, text, country) for name in TEXTS
        }
        preferences = {kind: f"prefer_{kind}" in form for kind in KINDS} if "preferences" in form else {}
        return cls(
            texts,
            preferences,
            form.get("seen", "") or "none",
            form.get("page_language", ""),
            form.get("current_password", ""),
        )

    def moved(self) -> "Entered":
        """To the country that was chosen: what cannot be in it is asked for anew."""
        form = form_of(self.texts["country"])
        known = {"state": form.knows_state, "postcode": form.knows_postcode}
        gone = {name: "" for name, knows in known.items() if not knows(self.texts[name])}
        return msgspec.structs.replace(self, texts={**self.texts, **gone})

    def updated(self, now: Client) -> "Entered":
        """With what was changed elsewhere in fields that this person has not touched."""
        seen, stored = ProfileVersion(self.seen), texts_of(now)
        texts = {name: stored[name] if seen.has(name, text) else text for name, text in self.texts.items()}
        preferences = self.preferences
        if preferences and now.email_preferences and seen.has_preferences(preferences):
            preferences = msgspec.structs.asdict(now.email_preferences)
        return msgspec.structs.replace(self, texts=texts, preferences=preferences, seen=ProfileVersion.word_for(now))


@post("/profile", permission="profile", same_account=True, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    viewer, entered = viewer_of(request), Entered.of(data)
    if "adapt" in data:
        return await _page(request, services, entered.moved(), 200)
    await services.limits.hit("profile", viewer.counted_as)
    try:
        edit = await _edit(request, services, entered)
        reading = await services.profiles.update(viewer.client, edit, edit_recorder(request, services))
    except InvalidProfile as invalid:
        said = dict(in_words(invalid).errors)
        return await _page(request, services, entered, invalid.status, messages=said, custom_field=invalid.custom_field)
    except (Conflict, OutcomeUnknown) as error:
        return await _beside(request, services, entered, error)
    except (FreshSignInRequired, SignInFailed, TwoFactorRequired, RateLimited, Unavailable) as error:
        notice = "failed" if isinstance(error, Unavailable) else ""
        return await _page(request, services, entered, error.status, notice=notice, error=error)
    cookies = []
    if "language" in edit.texts:
        await renew_session(request, services)
        cookies = [language_cookie(services.settings, "")]  # the newer choice counts
    stored = texts_of(reading.value)
    altered = ".".join(name for name, text in edit.texts.items() if not is_untouched(name, text, stored[name]))
    address = "/profile?saved=1" + (f"&altered={altered}" if altered else "")
    return Redirect(address, status_code=303, cookies=cookies, headers=NO_STORE)


async def _edit(request: AnyRequest, services: Services, entered: Entered) -> Edit:
    """A form sends every field: those that the person left as they saw them are not asked for."""
    seen = ProfileVersion(entered.seen)
    texts = {name: text for name, text in entered.texts.items() if not seen.has(name, text)}
    preferences = {} if entered.preferences and seen.has_preferences(entered.preferences) else entered.preferences
    fresh = "email" not in texts or await is_fresh(request, services, entered.password)
    return Edit(texts=texts, preferences=preferences, seen=entered.seen, is_fresh=fresh)


@post("/profile/billing-site", permission="profile", same_account=True, include_in_schema=False)
async def on_the_billing_site(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """For what can only be entered there."""
    viewer = viewer_of(request)
    ask = partial(services.hand_offs.edit_details, viewer.client, viewer.user_id)
    return await hand_over(request, services, ask, back_href=PROFILE.href)


async def _beside(
    request: AnyRequest, services: Services, entered: Entered, error: Conflict | OutcomeUnknown
) -> Response[Any]:
    """What the person has and what WHMCS holds, side by side; saving again is then a decision."""
    if isinstance(error, Conflict):
        notice, now = "conflict", error.now
    else:
        notice = "unknown"
        try:
            now = (await services.profiles.read(viewer_of(request).client)).value
        except BillingUnavailable:
            return await _page(request, services, entered, error.status, notice=notice, error=error)
    beside = differences(entered.texts, entered.preferences, now, entered.page_language)
    again = entered.updated(now)
    return await _page(
        request, services, again, error.status, notice=notice, error=error, differences=beside, is_compared=True
    )


async def _page(
    request: AnyRequest,
    services: Services,
    entered: Entered,
    status: int,
    *,
    error: CounterfoilError | None = None,
    messages: Mapping[str, str] | None = None,
    **shown: Any,
) -> Response[Any]:
    """The form again with what was entered but the password. Nothing of WHMCS is needed for it."""
    viewer, said = viewer_of(request), messages or {}
    shell = await shell_from_cache(request, services, viewer, language=entered.page_language)
    asks_password = _is_about_password(error) and not services.settings.oidc_issuer
    preferences = EmailPreferences(**entered.preferences) if entered.preferences else None
    page = ProfilePage(
        fields=fields_for(entered.texts, shell.language, said, has_user=viewer.user_id is not None),
        preferences=preferences_for(preferences, said),
        seen=entered.seen,
        message=said.get("profile", ""),
        error=error,
        asks_password=asks_password,
        password_message=error.detail if error and asks_password else "",
        keeps_issued=services.settings.invoice_address == "snapshot",
        is_draft=True,
        **shown,
    )
    response = unstored(services, page, shell, status=status)
    if isinstance(error, RateLimited | Unavailable):
        response.headers["retry-after"] = str(error.retry_after)
    return response


def _is_about_password(error: CounterfoilError | None) -> bool:
    return isinstance(error, FreshSignInRequired | SignInFailed | TwoFactorRequired | RateLimited)
