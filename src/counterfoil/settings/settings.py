"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from math import ceil
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from counterfoil.networks import Network
from counterfoil.settings import addresses
from counterfoil.settings import parsers as parse
from counterfoil.settings.database_url import database_url
from counterfoil.settings.features import Feature, read_features
from counterfoil.settings.openid import openid_problems
from counterfoil.settings.order_limit import OrderLimit, read_order_limit
from counterfoil.urls import origin

PREFIX = "COUNTERFOIL_"


class SettingsError(Exception):
    """Everything that is wrong with the settings, one line each. Carries names and rules, never a value."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(["The settings are not complete:", *(f"  - {line}" for line in problems)]))


def _required(parser: Callable[[str], Any], *, secret: bool = False) -> Any:
    return field(metadata={"parse": parser, "secret": secret}, repr=not secret)


def _optional(default: str, parser: Callable[[str], Any], *, empty: Any = "", secret: bool = False) -> Any:
    return field(metadata={"parse": parser, "secret": secret, "default": default, "empty": empty}, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The portal's settings. Field names are the environment's, in lower case, without the prefix."""

    base_url: str = _optional("http://127.0.0.1:8000", addresses.public_url)
    secret_key: tuple[bytes, ...] = _required(parse.keys, secret=True)
    database_url: str = _optional("sqlite+aiosqlite:///counterfoil.db", database_url, secret=True)
    cache_url: str = _optional("memory://", parse.cache_url, secret=True)
    whmcs_url: str = _required(addresses.url)
    whmcs_public_url: str = _optional("", addresses.url)
    whmcs_identifier: str = _required(parse.text, secret=True)
    whmcs_secret: str = _required(parse.text, secret=True)
    whmcs_access_key: str = _optional("", parse.text, secret=True)
    whmcs_timezone: ZoneInfo = _optional("UTC", parse.zone)
    whmcs_timeout_seconds: float = _optional("10", parse.number(0.1, 120, float))
    whmcs_max_concurrency: int = _optional("8", parse.number(1, 64))
    webhook_secret: tuple[bytes, ...] = _optional("", parse.webhook_secrets, empty=(), secret=True)
    cache_ttl_invoice_list: float = _optional("90", parse.number(0.1, 3600, float))
    cache_ttl_invoice: float = _optional("300", parse.number(0.1, 3600, float))
    cache_ttl_payment_methods: float = _optional("900", parse.number(0.1, 3600, float))
    cache_ttl_gateways: float = _optional("3600", parse.number(0.1, 86400, float))
    cache_check_one_in: int = _optional("10000", parse.number(0, 1_000_000_000))
    oidc_issuer: str = _optional("", addresses.issuer)
    oidc_client_id: str = _optional("", parse.text)
    oidc_client_secret: str = _optional("", parse.text, secret=True)
    oidc_name: str = _optional("", parse.text)
    oidc_discovery_url: str = _optional("", addresses.url)
    oidc_allowed_hosts: tuple[str, ...] = _optional("", parse.words, empty=())
    oidc_require_nonce: bool = _optional("true", parse.flag)
    oidc_require_auth_time: bool = _optional("true", parse.flag)
    oidc_staff_claim: str = _optional("", parse.text)
    oidc_staff_value: str = _optional("", parse.text)
    audit_retention_days: int = _optional("400", parse.number(1, 36500))
    invoice_address: Literal["live", "snapshot"] = _optional("live", parse.one_of("live", "snapshot"))
    trusted_proxies: tuple[Network, ...] = _optional("", parse.networks, empty=())
    metrics_port: int | None = _optional("", parse.number(1, 65535), empty=None)
    salesforce_url: str = _optional("", addresses.public_url)
    salesforce_client_id: str = _optional("", parse.text)
    salesforce_username: str = _optional("", parse.text)
    salesforce_private_key: str = _optional("", parse.private_key, secret=True)
    salesforce_webhook_secret: tuple[bytes, ...] = _optional("", parse.webhook_secrets, empty=(), secret=True)
    salesforce_fields: tuple[tuple[str, str], ...] = _optional("", parse.names, empty=())
    salesforce_namespace: str = _optional("", parse.namespace)
    salesforce_poll_seconds: float = _optional("30", parse.number(0.1, 3600, float))
    salesforce_daily_share: int = _optional("50", parse.number(1, 100))
    salesforce_draft_status: str = _optional("Draft", parse.text)
    salesforce_cancelled_statuses: tuple[str, ...] = _optional("Cancelled, Canceled", parse.listed, empty=())
    salesforce_price_book: str = _optional("", parse.text)
    salesforce_max_quantity: int = _optional("50", parse.number(1, 100_000))
    order_products: frozenset[int] = _optional("", parse.whmcs_ids, empty=frozenset())
    order_limit: OrderLimit = _optional("50", read_order_limit)
    order_tag_field: str = _optional("Portal order", parse.text)
    brand_name: str = _optional("Billing", parse.text)
    brand_logo_url: str = _optional("", addresses.link("https://", "http://"))
    brand_logo_dark_url: str = _optional("", addresses.link("https://", "http://"))
    brand_accent: str = _optional("", parse.colour)
    brand_address: tuple[str, ...] = _optional("", parse.lines, empty=())
    brand_tax_id: str = _optional("", parse.text)
    brand_email: str = _optional("", parse.text)
    support_url: str = _optional("", addresses.link("https://", "http://", "mailto:", "tel:"))
    terms_url: str = _optional("", addresses.link("https://", "http://"))
    order_button: str = _optional("", parse.text)
    privacy_url: str = _optional("", addresses.link("https://", "http://"))
    legal_url: str = _optional("", addresses.link("https://", "http://"))
    register_url: str = _optional("", addresses.link("https://", "http://", "mailto:"))
    password_reset_url: str = _optional("", addresses.link("https://", "http://"))
    custom_css: str = _optional("", addresses.link("https://"))
    features: frozenset[Feature] = _optional("all", read_features)
    prices_include_tax: bool | None = _optional("", parse.flag, empty=None)
    autopay_days_before_due: int | None = _optional("", parse.number(0, 365), empty=None)
    maintenance: str = _optional("", parse.text)
    template_dir: Path | None = _optional("", parse.directory, empty=None)
    texts_dir: Path | None = _optional("", parse.directory, empty=None)
    otel_exporter_otlp_endpoint: str = _optional("", addresses.url)
    log_level: str = _optional("info", parse.one_of("debug", "info", "warning", "error"))
    log_format: str = _optional("", parse.one_of("json", "console"))

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def stop_seconds(self) -> int:
        """After SIGTERM open requests have so long: one may wait for WHMCS, and then ask it something else."""
        return ceil(2 * self.whmcs_timeout_seconds) + 5

    @property
    def pages_url(self) -> str:
        """Where customers open WHMCS."""
        return self.whmcs_public_url or self.whmcs_url

    @property
    def whmcs_origin(self) -> str:
        """Scheme, host and port of WHMCS's pages, as a browser writes an Origin."""
        return origin(urlsplit(self.pages_url))

    @property
    def log_format_or_default(self) -> str:
        return self.log_format or ("console" if sys.stderr.isatty() else "json")


def name_of(item: Field[Any]) -> str:
    """In the environment. OpenTelemetry's own variable has its own name."""
    name = item.name.upper()
    return name if name.startswith("OTEL_") else PREFIX + name


def load(environ: Mapping[str, str] | None = None, directory: Path | None = None, *, processes: int = 1) -> Settings:
    """Reads `directory`/.env, then the environment, which wins. Raises SettingsError with every problem at once, also
    for what does not suit so many processes.
    """
    dotenv = {name: text for name, text in dotenv_values((directory or Path()) / ".env").items() if text is not None}
    given = {**dotenv, **(os.environ if environ is None else environ)}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for item in fields(Settings):
        try:
            values[item.name] = _value(given, name_of(item), item.metadata)
        except (ValueError, OSError) as error:
            problems.append(f"{name_of(item)}: {_reason(error)}")
    if values.get("salesforce_url"):
        needed = ("salesforce_client_id", "salesforce_username", "salesforce_private_key")
        missing = [name for name in needed if values.get(name) == ""]
        problems += [f"{PREFIX}{name.upper()}: is missing, but SALESFORCE_URL is set" for name in missing]
    problems += [f"{PREFIX}{name}: {problem}" for name, problem in openid_problems(values)]
    if processes > 1 and str(values.get("cache_url", "")).startswith("memory:"):
        problems.append(f"{PREFIX}CACHE_URL: {_ONE_PROCESS}")
    if problems:
        raise SettingsError(problems)
    return Settings(**values)


_ONE_PROCESS = (
    "is memory://, which only one process can use: a change would reach one worker and not the others. "
    "Set it to a Redis, or use --workers 1"
)


def _value(given: Mapping[str, str], name: str, rule: Mapping[str, Any]) -> Any:
    text = given.get(name, "").strip()
    path = given.get(f"{name}_FILE", "").strip() if rule["secret"] else ""
    if path and text:
        raise ValueError("is given twice, as a value and as a file")
    text = Path(path).read_text(encoding="utf-8").strip() if path else text
    if not text and "default" not in rule:
        raise ValueError("is missing")
    text = text or rule["default"]
    return rule["parse"](text) if text else rule["empty"]


def _reason(error: ValueError | OSError) -> str:
    # A decoding error would quote the file's bytes, which may be a secret.
    if isinstance(error, OSError):
        return f"the file cannot be read ({error.strerror})"
    return "the file is not text" if isinstance(error, UnicodeDecodeError) else str(error)


def unknown_names(given: Mapping[str, str]) -> list[str]:
    """Names with our prefix that mean nothing here: probably misspelt, so said at start, but no reason to stop."""
    known = {name_of(item) for item in fields(Settings)}
    known |= {f"{name_of(item)}_FILE" for item in fields(Settings) if item.metadata["secret"]}
    return [name for name in sorted(given) if name.startswith(PREFIX) and name not in known]
