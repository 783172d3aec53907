"""What every response tells browsers to refuse: foreign scripts and frames, forms that lead elsewhere, sniffing."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from counterfoil.settings import Settings
from counterfoil.urls import origin


def security_headers(settings: Settings, form_targets: Iterable[str] = ()) -> tuple[tuple[bytes, bytes], ...]:
    """On every response. `form_targets`: origins a form's answer may redirect to, beside ours and WHMCS's."""
    # Chromium applies form-action to the redirect too: without WHMCS's origin it blocks the 303 to the payment
    # page, and the one-time token is burnt.
    targets = " ".join(["'self'", settings.whmcs_origin, *form_targets])
    policy = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}{_logo_source(settings)}{_style_source(settings)}"
    )
    headers = [
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if settings.is_https:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return tuple(headers)


def _logo_source(settings: Settings) -> str:
    logos = map(urlsplit, (settings.brand_logo_url, settings.brand_logo_dark_url))
    hosts = " ".join(dict.fromkeys(origin(parts) for parts in logos if parts.hostname))
    return f"; img-src 'self' {hosts}" if hosts else ""


def _style_source(settings: Settings) -> str:
    parts = urlsplit(settings.custom_css)
    return f"; style-src 'self' {origin(parts)}" if parts.hostname else ""
