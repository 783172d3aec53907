"""One frozen Settings, built once from the environment and passed in. What each means: docs/settings.md."""

import base64
import binascii
import ipaddress
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

PREFIX = "COUNTERFOIL_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """Everything that is wrong with the settings, one line each. Carries names and rules, never a value."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(["The settings are not complete:", *(f"  - {line}" for line in problems)]))


def _required(parse: Callable[[str], Any], *, secret: bool = False) -> Any:
    return field(metadata={"parse": parse, "secret": secret}, repr=not secret)


def _optional(default: str, parse: Callable[[str], Any], *, empty: Any = "", secret: bool = False) -> Any:
    return field(metadata={"parse": parse, "secret": secret, "default": default, "empty": empty}, repr=not secret)


# Each parser takes a non-empty text and raises ValueError with the rule that it breaks.


def _text(value: str) -> str:
    return value


def _split(value: str) -> SplitResult:
    # What Python has to say about a URL quotes it, passwords included.
    try:
        parts = urlsplit(value)
        is_valid = parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("is no valid URL (what is special in a name or a password must be percent-encoded)")
    return parts


def _url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) URL without a query")
    if "@" in parts.netloc:
        # It stands in links and headers that everybody sees.
        raise ValueError("must not hold a name or a password")
    return value.rstrip("/")


def _public_url(value: str) -> str:
    url = _url(value)
    parts = urlsplit(url)
    if parts.path:
        raise ValueError("must be an origin, without a path")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https, unless it is a loopback address")
    return url


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError("must be one of: " + ", ".join(choices))
        return value.lower()

    return parse


def _number(low: float, high: float, kind: type[int] | type[float] = int) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = kind(value)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"must be a number from {low} to {high}")
        return number

    return parse


def _keys(value: str) -> tuple[bytes, ...]:
    keys = tuple(part.strip().encode() for part in value.split(","))
    if any(len(key) < 32 for key in keys):
        raise ValueError("each key needs at least 32 bytes, e.g. from: openssl rand -base64 48")
    return keys


def _webhook_secrets(value: str) -> tuple[bytes, ...]:
    secrets = []
    for part in value.split(","):
        try:
            secret = base64.b64decode(part.strip().removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not part.strip().startswith("whsec_") or len(secret) < 24:
            raise ValueError("each must be whsec_ and the base64 of at least 24 bytes")
        secrets.append(secret)
    return tuple(secrets)


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in value.split(","))
    except ValueError:
        raise ValueError("must be IP addresses or networks, separated by commas") from None


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone name such as Europe/Berlin") from None


def _scheme(value: str, *schemes: str) -> None:
    if not value.startswith(schemes):
        raise ValueError("must start with " + " or ".join(schemes))


def _database(value: str) -> str:
    _scheme(value, "sqlite+aiosqlite:", "postgresql+asyncpg:")
    # SQLAlchemy takes any character in a password, so only what follows it is looked at.
    _split("database://" + value.partition("://")[2].rpartition("@")[2])
    return value


def _cache(value: str) -> str:
    _scheme(value, "memory://", "redis://", "rediss://", "unix://")
    scheme, _, rest = value.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    login, at, hosts = place.rpartition("@")
    each = [_split(f"{scheme}://{login}{at}{host}{rest[len(place) :]}") for host in hosts.split(",")]
    master = parse_qs(each[0].query, keep_blank_values=True).get("sentinel")
    if scheme in {"redis", "rediss"}:
        if not all(parts.hostname and re.fullmatch(r"/?[0-9]*/?", parts.path) for parts in each):
            raise ValueError("must name a host, and after it no more than the number of a database")
        if master == [""]:
            raise ValueError("?sentinel=NAME must say which master the sentinels watch")
        if len(each) > 1 and master is None and each[-1].path.strip("/") not in {"", "0"}:
            raise ValueError("several hosts without ?sentinel=NAME are a Redis Cluster, which has no database but 0")
    elif master is not None:
        raise ValueError("sentinels are named by redis:// or rediss://")
    return value


def _link(*schemes: str) -> Callable[[str], str]:
    """An address on this portal, or one of these schemes: `javascript:` is one too."""

    def parse(value: str) -> str:
        if not value.startswith("/") or value.startswith("//"):
            _scheme(value, *schemes)
        _split(value)
        return value

    return parse


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour such as #0b6e4f")
    return value.lower()


def _directory(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise ValueError("must be an existing directory")
    return path


def _private_key(value: str) -> str:
    if not value.startswith("-----BEGIN ") or "PRIVATE KEY-----" not in value:
        raise ValueError("must be a private key in PEM: -----BEGIN PRIVATE KEY-----, ...")
    return value


def _whmcs_ids(value: str) -> frozenset[int]:
    words = _words(value)
    if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in words):
        raise ValueError("must be WHMCS's numbers, separated by commas")
    return frozenset(int(word) for word in words)


def _names(value: str) -> tuple[tuple[str, str], ...]:
    pairs = tuple(tuple(word.split("=")) for word in _words(value))
    if not all(len(pair) == 2 and all(re.fullmatch(r"\w+", name, re.ASCII) for name in pair) for pair in pairs):
        raise ValueError("must be pairs such as Activation_Status__c=Our_Status__c, separated by commas")
    return tuple((pair[0], pair[1]) for pair in pairs)


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def _flag(value: str) -> bool:
    return _one_of("true", "false")(value) == "true"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The portal's settings. Field names are the environment's, in lower case, without the prefix."""

    base_url: str = _optional("http://127.0.0.1:8000", _public_url)
    secret_key: tuple[bytes, ...] = _required(_keys, secret=True)
    database_url: str = _optional("sqlite+aiosqlite:///counterfoil.db", _database, secret=True)
    cache_url: str = _optional("memory://", _cache, secret=True)
    whmcs_url: str = _required(_url)
    whmcs_identifier: str = _required(_text, secret=True)
    whmcs_secret: str = _required(_text, secret=True)
    whmcs_access_key: str = _optional("", _text, secret=True)
    whmcs_timezone: ZoneInfo = _optional("UTC", _zone)
    whmcs_timeout_seconds: float = _optional("10", _number(0.1, 120, float))
    whmcs_max_concurrency: int = _optional("8", _number(1, 64))
    webhook_secret: tuple[bytes, ...] = _optional("", _webhook_secrets, empty=(), secret=True)
    cache_ttl_invoice_list: float = _optional("90", _number(0.1, 3600, float))
    cache_ttl_invoice: float = _optional("300", _number(0.1, 3600, float))
    cache_ttl_payment_methods: float = _optional("900", _number(0.1, 3600, float))
    cache_ttl_gateways: float = _optional("3600", _number(0.1, 86400, float))
    cache_check_one_in: int = _optional("10000", _number(0, 1_000_000_000))
    oidc_issuer: str = _optional("", _url)
    oidc_client_id: str = _optional("", _text)
    oidc_client_secret: str = _optional("", _text, secret=True)
    oidc_name: str = _optional("", _text)
    oidc_discovery_url: str = _optional("", _url)
    oidc_allowed_hosts: tuple[str, ...] = _optional("", _words, empty=())
    oidc_require_nonce: bool = _optional("true", _flag)
    invoice_address: Literal["live", "snapshot"] = _optional("live", _one_of("live", "snapshot"))
    trusted_proxies: tuple[Network, ...] = _optional("", _networks, empty=())
    metrics_port: int | None = _optional("", _number(1, 65535), empty=None)
    salesforce_url: str = _optional("", _public_url)
    salesforce_client_id: str = _optional("", _text)
    salesforce_username: str = _optional("", _text)
    salesforce_private_key: str = _optional("", _private_key, secret=True)
    salesforce_webhook_secret: tuple[bytes, ...] = _optional("", _webhook_secrets, empty=(), secret=True)
    salesforce_fields: tuple[tuple[str, str], ...] = _optional("", _names, empty=())
    salesforce_poll_seconds: float = _optional("30", _number(0.1, 3600, float))
    order_products: frozenset[int] = _optional("", _whmcs_ids, empty=frozenset())
    order_tag_field: str = _optional("Portal order", _text)
    brand_name: str = _optional("Billing", _text)
    brand_logo_url: str = _optional("", _link("https://", "http://"))
    brand_accent: str = _optional("", _colour)
    support_url: str = _optional("", _link("https://", "http://", "mailto:", "tel:"))
    template_dir: Path | None = _optional("", _directory, empty=None)
    log_level: str = _optional("info", _one_of("debug", "info", "warning", "error"))
    log_format: str = _optional("", _one_of("json", "console"))

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def whmcs_origin(self) -> str:
        """Scheme, host and port of WHMCS, as a browser writes an Origin."""
        return origin(urlsplit(self.whmcs_url))

    @property
    def log_format_or_default(self) -> str:
        return self.log_format or ("console" if sys.stderr.isatty() else "json")


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
            values[item.name] = _value(given, PREFIX + item.name.upper(), item.metadata)
        except (ValueError, OSError) as error:
            problems.append(f"{PREFIX}{item.name.upper()}: {_reason(error)}")
    if values.get("salesforce_url"):
        needed = ("salesforce_client_id", "salesforce_username", "salesforce_private_key")
        missing = [name for name in needed if values.get(name) == ""]
        problems += [f"{PREFIX}{name.upper()}: is missing, but SALESFORCE_URL is set" for name in missing]
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
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    known |= {f"{PREFIX}{item.name.upper()}_FILE" for item in fields(Settings) if item.metadata["secret"]}
    return [name for name in sorted(given) if name.startswith(PREFIX) and name not in known]


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(parts: SplitResult) -> str:
    """As browsers write it: no default port, lower case."""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if parts.port in {None, default} else f":{parts.port}")
