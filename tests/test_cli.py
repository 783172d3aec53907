"""The commands, as an operator types them."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from counterfoil import __version__
from counterfoil.cli import COMMANDS
from tests.clusters import running_cluster
from tests.processes import free_port
from tests.sentinels import running_sentinels
from tests.servers import RedisServer, running_redis
from tests.stack import COUNTERFOIL, Sandbox, Stack, answers, plain_environment


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = plain_environment() | {f"COUNTERFOIL_{name.upper()}": value for name, value in settings.items()}
    command = [*COUNTERFOIL, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def whmcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("whmcs"))
    sandbox.start()
    yield sandbox
    sandbox.child.stop()


@pytest.fixture
def settings(tmp_path: Path, whmcs: Sandbox) -> dict[str, str]:
    """Of a portal that is set up well."""
    given = {**Stack(tmp_path).settings, "whmcs_url": whmcs.url}
    assert run(tmp_path, "migrate", **given).returncode == 0
    return given


def _checks(done: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for check in json.loads(done.stdout)["checks"]:
        found.setdefault(check["check"], []).append(check)
    return found


def test_the_command_says_what_it_can_do(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout == f"counterfoil, version {__version__}\n"
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", ["serve", "migrate", "links"])
def test_wrong_settings_are_said_once_and_all_together(tmp_path: Path, command: str) -> None:
    """Exit 2, no traceback."""
    done = run(tmp_path, command, secret_key="short")
    assert done.returncode == 2
    for name in ("SECRET_KEY", "WHMCS_URL", "WHMCS_IDENTIFIER", "WHMCS_SECRET"):
        assert done.stderr.count(f"COUNTERFOIL_{name}:") == 1
    assert "Traceback" not in done.stderr


def test_a_cache_in_memory_is_for_one_worker(tmp_path: Path, settings: dict[str, str]) -> None:
    """Otherwise a change would reach one worker and not the others."""
    done = run(tmp_path, "serve", "--workers", "2", **{**settings, "secret_key": "short"})
    assert done.returncode == 2
    assert "COUNTERFOIL_CACHE_URL" in done.stderr
    assert "COUNTERFOIL_SECRET_KEY" in done.stderr, "every problem is said at once"


def test_a_way_in_that_is_not_there_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    """With OIDC_ISSUER the password would be off, and nothing in its place: nobody could sign in. `serve` does not
    start, `doctor` says the same, and what needs no sign-in goes on working.
    """
    closed = {**settings, "oidc_issuer": "https://login.example.com"}
    done = run(tmp_path, "serve", "--port", str(free_port()), **closed)
    assert done.returncode == 2
    (said,) = [line for line in done.stderr.splitlines() if "COUNTERFOIL_OIDC_ISSUER" in line]
    assert "nobody could sign in" in said
    assert "Traceback" not in done.stderr
    looked = run(tmp_path, "doctor", "--json", **closed)
    assert looked.returncode == 1
    (found,) = _checks(looked)["sign-in"]
    assert (found["verdict"], "COUNTERFOIL_OIDC_ISSUER" in found["advice"]) == ("fail", True)
    assert run(tmp_path, "links", **closed).returncode == 0


def test_postgresql_is_migrated_by_whoever_runs_it(tmp_path: Path, settings: dict[str, str], postgres_url: str) -> None:
    """`serve` refuses a schema that is behind, and names the command."""
    done = run(tmp_path, "serve", "--port", str(free_port()), **{**settings, "database_url": postgres_url})
    assert done.returncode == 1
    assert "counterfoil migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    away = f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/nothing"
    done = run(tmp_path, "serve", "--port", str(free_port()), **{**settings, "database_url": away})
    assert done.returncode == 1
    assert "COUNTERFOIL_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cache_that_is_away_is_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    """No worker starts: a portal that goes without its cache from the start is set up wrongly."""
    _refuses_the_cache(tmp_path, settings, f"redis://:canary@127.0.0.1:{free_port()}/0", "Connect call failed")


def test_a_cache_with_another_password_is_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    """Neither the right nor the wrong one is printed."""
    with running_redis() as server, Redis.from_url(server.url) as admin:
        admin.config_set("requirepass", "canary-right")
        url = f"redis://:canary-wrong@127.0.0.1:{server.port}/0"
        _refuses_the_cache(tmp_path, settings, url, "WRONGPASS")


def test_a_replica_is_no_cache(tmp_path: Path, settings: dict[str, str]) -> None:
    """It could be read, but no change could be made to show."""
    with running_redis() as master, running_redis() as replica:
        with Redis.from_url(replica.url) as admin:
            admin.replicaof("127.0.0.1", str(master.port))
        _refuses_the_cache(tmp_path, settings, replica.url, "not a master")


def _refuses_the_cache(folder: Path, settings: dict[str, str], url: str, why: str) -> None:
    done = run(folder, "serve", "--port", str(free_port()), **{**settings, "cache_url": url})
    (said,) = [line for line in done.stderr.splitlines() if "COUNTERFOIL_CACHE_URL" in line]
    assert done.returncode == 1
    assert why in said
    assert "counterfoil doctor" in said
    for never in ("Traceback", "canary", "worker"):
        assert never not in done.stdout + done.stderr


def test_a_redis_that_comes_late_is_waited_for(tmp_path: Path, whmcs: Sandbox) -> None:
    """Both may be started at the same time, as after a reboot."""
    with running_redis() as server:
        server.child.kill()
        stack = Stack(tmp_path, whmcs_url=whmcs.url, cache_url=server.url)
        stack.portal.spawn()
        try:
            stack.portal.wait_until(lambda: "redis_unreachable" in stack.portal.output())
            server.start()
            stack.portal.wait_until(lambda: answers(f"{stack.url}/readyz"))
        finally:
            stack.portal.stop()


def test_sqlite_is_migrated_by_serve(tmp_path: Path, whmcs: Sandbox) -> None:
    """One command is enough on a small installation. A misspelt setting is said, and all lines are JSON."""
    stack = Stack(tmp_path, whmcs_url=whmcs.url)
    stack.portal.env = {**stack.environment, "COUNTERFOIL_WHCMS_URL": "x"}
    stack.start()
    try:
        lines = stack.logged()
    finally:
        stack.portal.stop()
    assert any(line.get("name") == "COUNTERFOIL_WHCMS_URL" for line in lines)
    with sqlite3.connect(tmp_path / "portal.db") as database:
        assert database.execute("SELECT count(*) FROM session").fetchone() == (0,)


def test_the_doctor_finds_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    """Exit 0, one line for each neighbour and each permission."""
    done = run(tmp_path, "doctor", **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith("OK ") for line in done.stdout.splitlines())
    assert "GetInvoices" in done.stdout


def test_the_doctor_speaks_json(tmp_path: Path, settings: dict[str, str]) -> None:
    done = run(tmp_path, "doctor", "--json", **settings)
    report = json.loads(done.stdout)
    assert report["ok"] is True
    assert {"check", "verdict", "message", "advice"} == set(report["checks"][0])
    secrets = [settings["secret_key"], "sandbox-secret", settings["webhook_secret"]]
    assert not any(secret in done.stdout + done.stderr for secret in secrets)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "permission", "action": "GetInvoices"}, ("whmcs permission GetInvoices", "API role")),
        ({"kind": "permission", "action": "CreateSsoToken"}, ("whmcs permission CreateSsoToken", "API role")),
        ({"kind": "invalid-ip"}, ("whmcs", "API IP Access Restriction")),
        ({"kind": "auth-failed"}, ("whmcs", "WHMCS_SECRET")),
        ({"kind": "html"}, ("whmcs", "WHMCS_URL")),
    ],
)
def test_the_doctor_says_what_is_wrong_with_whmcs(
    tmp_path: Path, settings: dict[str, str], whmcs: Sandbox, fault: dict[str, str], said: tuple[str, str]
) -> None:
    """And what to do about it. Exit 1."""
    whmcs.control("POST", "faults", fault)
    try:
        done = run(tmp_path, "doctor", "--json", **settings)
    finally:
        whmcs.control("DELETE", "faults")
    assert done.returncode == 1
    check, advice = said
    failed = [found for found in _checks(done)[check] if found["verdict"] == "fail"]
    assert advice in failed[0]["advice"]


def test_the_doctor_changes_nothing_in_whmcs(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox) -> None:
    """No wrong password is tried: WHMCS may ban the caller for it."""
    whmcs.control("DELETE", "calls")
    assert run(tmp_path, "doctor", **settings).returncode == 0
    calls = whmcs.control("GET", "calls")["calls"]
    assert "ValidateLogin" not in {call["action"] for call in calls}
    writes = [call for call in calls if call["action"].startswith(("Add", "Update", "Delete"))]
    assert {call["params"]["clientid"] for call in writes} <= {str(2**31 - 1)}, "only about nobody"


def test_the_doctor_reads_the_settings_too(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", "--json")
    assert done.returncode == 1
    assert len(_checks(done)["settings"]) == 4


def test_the_doctor_misses_the_schema(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "portal.db").unlink()
    done = run(tmp_path, "doctor", "--json", **settings)
    assert done.returncode == 1
    assert "counterfoil migrate" in _checks(done)["database"][0]["advice"]


def test_the_doctor_looks_at_redis(tmp_path: Path, settings: dict[str, str], redis_server: RedisServer) -> None:
    """Persistence and eviction policy; one that is away fails."""
    assert run(tmp_path, "doctor", **{**settings, "cache_url": redis_server.url}).returncode == 0
    away = run(tmp_path, "doctor", "--json", **{**settings, "cache_url": f"redis://127.0.0.1:{free_port()}"})
    assert (away.returncode, _checks(away)["cache"][0]["verdict"]) == (1, "fail")
    with running_redis(appendonly="yes", maxmemory_policy="allkeys-lru") as risky:
        done = run(tmp_path, "doctor", "--json", **{**settings, "cache_url": risky.url})
    assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok", "warn", "warn"]


def test_the_doctor_looks_at_replication(tmp_path: Path, settings: dict[str, str]) -> None:
    """A master that would go on without its replicas after a failover is not fenced; a replica is never the cache."""
    with running_redis() as master, running_redis() as replica, Redis.from_url(master.url) as admin:
        with Redis.from_url(replica.url) as other:
            other.replicaof("127.0.0.1", str(master.port))
        deadline = time.monotonic() + 30
        while not admin.info("replication")["connected_slaves"] and time.monotonic() < deadline:
            time.sleep(0.02)
        verdicts = [_last_about_the_cache(tmp_path, settings, master)]
        admin.config_set("min-replicas-to-write", 1)
        verdicts += [_last_about_the_cache(tmp_path, settings, server) for server in (master, replica)]
    assert verdicts == ["warn", "ok", "fail"]


def test_the_doctor_asks_the_sentinels(tmp_path: Path, settings: dict[str, str]) -> None:
    """It looks at the master that they name."""
    with running_sentinels() as watched:
        done = run(tmp_path, "doctor", "--json", **{**settings, "cache_url": watched.url})
    assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok", "ok", "ok", "warn"]


def test_the_doctor_is_told_of_sentinels_only(tmp_path: Path, settings: dict[str, str]) -> None:
    """Without the name of the master that they watch."""
    with running_sentinels() as watched:
        assert _last_about_the_cache(tmp_path, settings, watched.sentinels[0]) == "fail"
        _refuses_the_cache(tmp_path, settings, watched.sentinels[0].url, "sentinel=NAME")


def test_the_doctor_looks_at_a_cluster(tmp_path: Path, settings: dict[str, str]) -> None:
    """At each master. What is true of all stands there once; one that differs is named."""
    with running_cluster() as nodes:
        cluster = {**settings, "cache_url": nodes.url}
        done = run(tmp_path, "doctor", "--json", **cluster)
        assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok"] * 5
        with Redis.from_url(nodes.servers[1].url) as admin:
            admin.config_set("cluster-allow-reads-when-down", "yes")
        done = run(tmp_path, "doctor", "--json", **cluster)
        found = [found for found in _checks(done)["cache"] if found["verdict"] == "fail"]
        assert [f"127.0.0.1:{nodes.servers[1].port}:" in each["message"] for each in found] == [True]
        nodes.servers[2].child.kill()
        assert _last_about_the_cache(tmp_path, settings, nodes.servers[0]) == "fail"


def _last_about_the_cache(folder: Path, settings: dict[str, str], server: RedisServer) -> str:
    done = run(folder, "doctor", "--json", **{**settings, "cache_url": server.url})
    return str(_checks(done)["cache"][-1]["verdict"])


def test_without_a_webhook_secret_the_doctor_warns(tmp_path: Path, settings: dict[str, str]) -> None:
    """It works, but changes show only after minutes."""
    done = run(tmp_path, "doctor", "--json", **{**settings, "webhook_secret": ""})
    assert (done.returncode, _checks(done)["webhooks"][0]["verdict"]) == (0, "warn")
