"""The JSON API for the profile: a merge patch in, what WHMCS holds out. Rules live in billing/profile/."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Response, get, patch
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from counterfoil.billing.profile.contents import KINDS, Profile, profile_of
from counterfoil.billing.profile.edits import Edit, InvalidProfile
from counterfoil.billing.profile.rules import TEXTS
from counterfoil.billing.profile.versions import ProfileVersion
from counterfoil.billing.reading import Reading, moment
from counterfoil.errors import FreshSignInRequired, OutcomeUnknown, ProfileConflict, SignInFailed, TwoFactorRequired
from counterfoil.model import Client
from counterfoil.web.api.description.answers import ETAG, answers, request_header
from counterfoil.web.api.json_responses import JSON, respond_json
from counterfoil.web.http.conditional import CACHING, etag_of
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.recording import edit_recorder
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.proven_again import is_fresh
from counterfoil.web.sign_in.sessions import renew_session
from counterfoil.web.views.profile.words import in_words

Text = str | None | UnsetType


class PreferencesPatch(Struct, forbid_unknown_fields=True):
    general: bool | UnsetType = UNSET
    invoice: bool | UnsetType = UNSET
    support: bool | UnsetType = UNSET
    product: bool | UnsetType = UNSET
    domain: bool | UnsetType = UNSET
    affiliate: bool | UnsetType = UNSET


class ProfilePatch(Struct, forbid_unknown_fields=True):
    """JSON merge patch (RFC 7396): what is left out stays, null empties. `current_password` is not part of the profile:
    it confirms a change of the e-mail address.
    """

    first_name: Text = UNSET
    last_name: Text = UNSET
    company_name: Text = UNSET
    email: Text = UNSET
    address1: Text = UNSET
    address2: Text = UNSET
    city: Text = UNSET
    state: Text = UNSET
    postcode: Text = UNSET
    country: Text = UNSET
    phone: Text = UNSET
    tax_id: Text = UNSET
    language: Text = UNSET
    email_preferences: PreferencesPatch | UnsetType = UNSET
    current_password: str | UnsetType = UNSET
    as_of: Any = UNSET
    unreadable: Any = UNSET
    """What GET says about the profile: whoever sends back the whole of it changes nothing by these."""

    def texts(self) -> Iterator[tuple[str, str]]:
        for name in TEXTS:
            text: Text = getattr(self, name)
            if text is not UNSET:
                yield name, text or ""

    def preferences(self) -> Iterator[tuple[str, bool]]:
        for kind in KINDS:
            wanted: bool | UnsetType = getattr(self.email_preferences, kind, UNSET)
            if wanted is not UNSET:
                yield kind, wanted


@get("/api/v1/profile", responses=answers(Profile), permission="profile", programs="read")
async def get_profile(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """The ETag changes with the profile and with `as_of`; a later PATCH may name it in If-Match."""
    reading = await services.profiles.read(viewer_of(request).client)
    return await respond_json(request, services, reading, _shown(reading), seen=ProfileVersion.word_for(reading.value))


@patch(
    "/api/v1/profile",
    responses=answers(Profile),
    errors=(ProfileConflict, FreshSignInRequired, SignInFailed, TwoFactorRequired, OutcomeUnknown),
    request_headers=(request_header("If-Match", description="The ETag of the profile that was shown."),),
    sends_headers=ETAG,
    permission="profile",
)
async def patch_profile(request: AnyRequest, services: GivenServices, data: JSONBody[ProfilePatch]) -> Response[bytes]:
    """A JSON merge patch. With `If-Match: <ETag of the GET>`, nothing is written when the profile has changed since
    (409 `profile_conflict`, with the fields that have `changed` and the `current` profile), unless it is what was asked
    for. Another e-mail address needs a sign-in within the last 5 minutes or `current_password` (403
    `fresh_sign_in_required`). Responses the profile as WHMCS holds it afterwards.
    """
    viewer = viewer_of(request)
    await services.limits.hit("profile", viewer.counted_as)
    password = data.current_password if isinstance(data.current_password, str) else ""
    edit = Edit(
        texts=dict(data.texts()),
        preferences=dict(data.preferences()),
        seen=_seen(request.headers.get("if-match", "")),
        is_fresh=not isinstance(data.email, str) or await is_fresh(request, services, password),
    )
    try:
        reading = await services.profiles.update(viewer.client, edit, edit_recorder(request, services))
    except InvalidProfile as invalid:
        raise in_words(invalid) from None
    if "language" in edit.texts:
        await renew_session(request, services)
    body = msgspec.json.encode(_shown(reading))
    headers = {"etag": etag_of(body, ProfileVersion.word_for(reading.value)), **CACHING}
    return Response(body, media_type=JSON, headers=headers)


def _shown(reading: Reading[Client]) -> Profile:
    return profile_of(reading.value, moment(reading.as_of))


def _seen(if_match: str) -> str:
    """The word in an ETag of ours; "" for any. What is no ETag of ours matches nothing."""
    if if_match.strip() in {"", "*"}:
        return ""
    return if_match.strip().removeprefix("W/").strip('"').partition("/")[0] or "none"
