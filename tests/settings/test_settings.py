"""Settings: everything that is wrong is said at once, and no secret is ever said."""

import base64
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.settings import OrderLimit, Settings, SettingsError, load, unknown_names
from counterfoil.settings.features import Feature

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"w" * 24).decode()
GIVEN = {
    "COUNTERFOIL_SECRET_KEY": "secret-key-secret-key-secret-key-1",
    "COUNTERFOIL_WHMCS_URL": "https://billing.example/",
    "COUNTERFOIL_WHMCS_IDENTIFIER": "the-identifier",
    "COUNTERFOIL_WHMCS_SECRET": "the-whmcs-secret",
}


def _problems(tmp_path: Path, **changes: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load({**GIVEN, **{f"COUNTERFOIL_{name.upper()}": value for name, value in changes.items()}}, tmp_path)
    return error.value.problems


def test_four_are_enough(tmp_path: Path) -> None:
    """The rest has the contract's defaults."""
    settings = load(GIVEN, tmp_path)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.cache_url == "memory://"
    assert settings.database_url == "sqlite+aiosqlite:///counterfoil.db"
    assert settings.whmcs_url == "https://billing.example"
    lifetimes = (settings.cache_ttl_invoice_list, settings.cache_ttl_invoice)
    assert (*lifetimes, settings.cache_ttl_payment_methods, settings.cache_ttl_gateways) == (90, 300, 900, 3600)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """One message with a line for each, so that nobody starts it six times."""
    with pytest.raises(SettingsError) as error:
        load({"COUNTERFOIL_CACHE_URL": "memcached://", "COUNTERFOIL_METRICS_PORT": "x"}, tmp_path)
    named = [line.split(":")[0].removeprefix("COUNTERFOIL_") for line in error.value.problems]
    assert named == ["SECRET_KEY", "CACHE_URL", "WHMCS_URL", "WHMCS_IDENTIFIER", "WHMCS_SECRET", "METRICS_PORT"]
    assert all(line in str(error.value) for line in error.value.problems)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "http://portal.example"),
        ("base_url", "https://portal.example/billing"),
        ("base_url", "portal.example"),
        ("secret_key", "too-short"),
        ("secret_key", "long-enough-long-enough-long-enough-1,short"),
        ("database_url", "mysql://somewhere"),
        ("whmcs_url", "ftp://billing.example"),
        ("whmcs_url", "https://billing.example/?a=b"),
        ("whmcs_timezone", "Mars/Olympus"),
        ("whmcs_timeout_seconds", "121"),
        ("order_limit", "-7"),
        ("order_limit", "10, 20"),
        ("order_limit", "5000 EUR, 1 EUR"),
        ("order_limit", "5000 euros"),
        ("whmcs_max_concurrency", "1.5"),
        ("webhook_secret", "whsec_c2hvcnQ="),
        ("webhook_secret", "not-base64"),
        ("trusted_proxies", "proxy.example"),
        ("whmcs_url", "https://name:w0rd@billing.example"),
        ("whmcs_url", "https://billing.example:port/"),
        ("base_url", "http://127.0.0.1:99999"),
        ("base_url", "http://name@127.0.0.1:8000"),
        ("database_url", "postgresql+asyncpg://name:pass@host:w0rd/name"),
        ("database_url", "postgresql+asyncpg://name:pass@w0rd@host/name"),
        ("database_url", "postgresql+asyncpg://name:pa@ss:w0rd@host:5432/name"),
        ("database_url", "postgresql+asyncpg://name:pa/ss@w0rd/x@host:5432/name"),
        ("database_url", "postgresql+asyncpg://name:@w0rd?x@host/name"),
        ("database_url", "postgresql+asyncpg://name/w0rd@host/name"),
        ("database_url", "postgresql+asyncpg://host:0/name"),
        ("database_url", "postgresql+asyncpg://host:99999/name"),
        ("database_url", "postgresql+asyncpg://host/name?w0rd=1"),
        ("database_url", "postgresql+asyncpg://host/name?sslmode=w0rd"),
        ("database_url", "postgresql+asyncpg:w0rd"),
        ("database_url", "postgresql+psycopg://name:w0rd@host/name"),
        ("database_url", "sqlite+aiosqlite:w0rd.db"),
        ("database_url", "sqlite+aiosqlite://w0rd/portal.db"),
        ("cache_url", "redis://:pass/w0rd@host/0"),
        ("cache_url", "redis://host/nine"),
        ("cache_url", "redis:///0"),
        ("cache_url", "redis://one:6379,two:6379/1"),
        ("cache_url", "redis://one:6379,:6379"),
        ("cache_url", "redis://one:26379,two:port/0?sentinel=mine"),
        ("cache_url", "redis://one,/0?sentinel=mine"),
        ("cache_url", "redis://one/0?sentinel="),
        ("cache_url", "unix:///run/redis.sock?sentinel=mine"),
        ("cache_url", "unix://"),
        ("cache_url", "redis://host?db=nine"),
        ("cache_url", "redis://one,two?db=2"),
        ("brand_logo_url", "data:image/svg+xml,x"),
        ("brand_logo_url", "//logos.example/logo.svg"),
        ("support_url", "javascript:alert(1)"),
        ("brand_accent", "green"),
        ("template_dir", "/nonexistent"),
        ("log_level", "loud"),
        ("features", "orders, quotess"),
        ("features", "all, quotess"),
        ("invoice_address", "paper"),
    ],
)
def test_each_is_checked(tmp_path: Path, name: str, value: str) -> None:
    """At the start, not at the first customer. The message gives the rule, not the value."""
    problems = _problems(tmp_path, **{name: value})
    assert [line.split(":")[0] for line in problems] == [f"COUNTERFOIL_{name.upper()}"]
    said = problems[0].partition(":")[2]
    assert value not in said
    assert "w0rd" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql+asyncpg://name:p/a:s%s@host:5432/name"),
        ("database_url", "postgresql+asyncpg:///name?host=/run/postgresql"),
        ("database_url", "postgresql+asyncpg://name:p?a#s[s@host:5432/name"),
        ("database_url", "postgresql+asyncpg://name@tenant:p@[::1]:5432/name?sslmode=require"),
        ("database_url", "postgresql+asyncpg://name:p@/name?host=one:5432&host=two:5432"),
        ("database_url", "sqlite+aiosqlite:////var/lib/counterfoil/portal.db"),
        ("cache_url", "rediss://:p%2Fw@cache.example:6380/2?ssl_ca_certs=/etc/ca.pem"),
        ("cache_url", "unix:///run/redis.sock?db=1"),
        ("cache_url", "redis://:p%2Fw@one:26379,two/1?sentinel=mine&sentinel_password=w"),
        ("cache_url", "rediss://:pw@one:7000,two,three:7002?ssl_ca_certs=/etc/ca.pem"),
        ("cache_url", "redis://one:7000,two:7000/0"),
        ("brand_logo_url", "/static/logo.svg"),
        ("support_url", "mailto:help@example.com"),
        ("support_url", "https://example.com/help?from=portal#top"),
    ],
)
def test_what_is_right_is_taken_as_it_is(tmp_path: Path, name: str, value: str) -> None:
    assert getattr(load({**GIVEN, f"COUNTERFOIL_{name.upper()}": value}, tmp_path), name) == value


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "http://localhost:1", "http://[::1]:80", "https://a.example"])
def test_plain_http_is_for_loopback(tmp_path: Path, url: str) -> None:
    assert load({**GIVEN, "COUNTERFOIL_BASE_URL": url}, tmp_path).base_url == url


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """As orchestrators hand them over; the line's end does not count."""
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    given = {name: value for name, value in GIVEN.items() if name != "COUNTERFOIL_WHMCS_SECRET"}
    settings = load({**given, "COUNTERFOIL_WHMCS_SECRET_FILE": str(tmp_path / "secret")}, tmp_path)
    assert settings.whmcs_secret == "from-a-file"


@pytest.mark.parametrize("content", [None, b"\xff\xfe secret bytes"])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    given = {name: value for name, value in GIVEN.items() if name != "COUNTERFOIL_WHMCS_SECRET"}
    with pytest.raises(SettingsError) as error:
        load({**given, "COUNTERFOIL_WHMCS_SECRET_FILE": str(path)}, tmp_path)
    assert len(error.value.problems) == 1
    assert "secret bytes" not in str(error.value)


def test_twice_is_once_too_often(tmp_path: Path) -> None:
    """Which of them should count?"""
    assert "twice" in _problems(tmp_path, whmcs_secret_file=str(tmp_path))[0]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COUNTERFOIL_BRAND_NAME=File\nCOUNTERFOIL_LOG_LEVEL=debug\n", encoding="utf-8")
    settings = load({**GIVEN, "COUNTERFOIL_BRAND_NAME": "Environment"}, tmp_path)
    assert (settings.brand_name, settings.log_level) == ("Environment", "debug")


def test_keys_rotate(tmp_path: Path) -> None:
    """The first signs, all verify."""
    settings = load({**GIVEN, "COUNTERFOIL_SECRET_KEY": f"{'n' * 32}, {'o' * 32}"}, tmp_path)
    assert settings.secret_key == (b"n" * 32, b"o" * 32)
    settings = load({**GIVEN, "COUNTERFOIL_WEBHOOK_SECRET": f"{WEBHOOK_SECRET},{WEBHOOK_SECRET}"}, tmp_path)
    assert settings.webhook_secret == (b"w" * 24,) * 2


def test_no_secret_is_ever_printed(tmp_path: Path) -> None:
    """Not in the settings' own text, which ends up in tracebacks and debuggers."""
    database = "postgresql+asyncpg://user:database-password@db/counterfoil"
    given = {**GIVEN, "COUNTERFOIL_WEBHOOK_SECRET": WEBHOOK_SECRET, "COUNTERFOIL_DATABASE_URL": database}
    text = repr(load(given, tmp_path))
    assert isinstance(load(given, tmp_path), Settings)
    for secret in ("secret-key", "the-identifier", "the-whmcs-secret", "www", WEBHOOK_SECRET, "database-password"):
        assert secret not in text


def test_misspelt_names_are_noticed() -> None:
    """They stop nothing, but are said at the start."""
    given = {
        "COUNTERFOIL_WHCMS_URL": "",
        "COUNTERFOIL_BRAND_NAME_FILE": "",
        "COUNTERFOIL_SECRET_KEY_FILE": "",
        "HOME": "",
    }
    assert unknown_names(given) == ["COUNTERFOIL_BRAND_NAME_FILE", "COUNTERFOIL_WHCMS_URL"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", OrderLimit(50)),
        ("10", OrderLimit(10)),
        ("5000.50 EUR,600000JPY", OrderLimit(None, (("EUR", Decimal("5000.50")), ("JPY", Decimal(600000))))),
        ("10, 5000 EUR", OrderLimit(10, (("EUR", Decimal(5000)),))),
        ("none", OrderLimit()),
    ],
)
def test_order_limit(tmp_path: Path, said: str, meant: OrderLimit) -> None:
    """A number, amounts, both, or none; without a word there is a limit."""
    assert load({**GIVEN, "COUNTERFOIL_ORDER_LIMIT": said}, tmp_path).order_limit == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", set(Feature)),
        ("All", set(Feature)),
        ("none", set()),
        ("orders,Quotes", {Feature.ORDERS, Feature.QUOTES}),
        ("orders statement", {Feature.ORDERS, Feature.STATEMENT}),
    ],
)
def test_features(tmp_path: Path, said: str, meant: set[Feature]) -> None:
    """Everything, unless some are named."""
    assert load({**GIVEN, "COUNTERFOIL_FEATURES": said}, tmp_path).features == meant


def test_features_that_there_are_not(tmp_path: Path) -> None:
    """The list of those that there are is in the message."""
    (problem,) = _problems(tmp_path, features="orders, quotess")
    assert problem.endswith(": " + ", ".join(Feature))
