"""What `counterfoil doctor` finds, and what it says to do."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.cli.commands import refuses_the_cache, run_forked
from tests.clusters import running_cluster
from tests.processes import free_port
from tests.sentinels import running_sentinels
from tests.servers import RedisServer, running_redis
from tests.stack import Sandbox


def _checks(done: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for check in json.loads(done.stdout)["checks"]:
        found.setdefault(check["check"], []).append(check)
    return found


def test_the_doctor_finds_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    """Exit 0, one line for each neighbour and each permission."""
    done = run_forked(tmp_path, "doctor", **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith("OK ") for line in done.stdout.splitlines())
    assert "GetInvoices" in done.stdout


def test_the_doctor_speaks_json(tmp_path: Path, settings: dict[str, str]) -> None:
    done = run_forked(tmp_path, "doctor", "--json", **settings)
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
        done = run_forked(tmp_path, "doctor", "--json", **settings)
    finally:
        whmcs.control("DELETE", "faults")
    assert done.returncode == 1
    check, advice = said
    failed = [found for found in _checks(done)[check] if found["verdict"] == "fail"]
    assert advice in failed[0]["advice"]


def test_the_doctor_changes_nothing_in_whmcs(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox) -> None:
    """No wrong password is tried: WHMCS may ban the caller for it."""
    whmcs.control("DELETE", "calls")
    assert run_forked(tmp_path, "doctor", **settings).returncode == 0
    calls = whmcs.control("GET", "calls")["calls"]
    assert "ValidateLogin" not in {call["action"] for call in calls}
    writes = [call for call in calls if call["action"].startswith(("Add", "Update", "Delete"))]
    assert {call["params"]["clientid"] for call in writes} <= {str(2**31 - 1)}, "only about nobody"


def test_the_doctor_reads_the_settings_too(tmp_path: Path) -> None:
    done = run_forked(tmp_path, "doctor", "--json")
    assert done.returncode == 1
    assert len(_checks(done)["settings"]) == 4


def test_the_doctor_misses_the_schema(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "portal.db").unlink()
    done = run_forked(tmp_path, "doctor", "--json", **settings)
    assert done.returncode == 1
    assert "counterfoil migrate" in _checks(done)["database"][0]["advice"]


def test_the_doctor_looks_at_redis(tmp_path: Path, settings: dict[str, str], redis_server: RedisServer) -> None:
    """Persistence and eviction policy; one that is away fails."""
    assert run_forked(tmp_path, "doctor", **{**settings, "cache_url": redis_server.url}).returncode == 0
    away = run_forked(tmp_path, "doctor", "--json", **{**settings, "cache_url": f"redis://127.0.0.1:{free_port()}"})
    assert (away.returncode, _checks(away)["cache"][0]["verdict"]) == (1, "fail")
    with running_redis(appendonly="yes", maxmemory_policy="allkeys-lru") as risky:
        done = run_forked(tmp_path, "doctor", "--json", **{**settings, "cache_url": risky.url})
    assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok", "warn", "warn"]


def test_the_doctor_says_what_redis_does_not_tell(tmp_path: Path, settings: dict[str, str]) -> None:
    """Where CONFIG is not allowed, an operator must look. A login that Redis refuses is one for the portal too."""
    with running_redis() as server:
        with Redis.from_url(server.url) as admin:
            admin.execute_command("ACL", "SETUSER", "portal", "on", ">pw", "~*", "&*", "+@all", "-config")
        allowed = {**settings, "cache_url": server.url.replace("//", "//portal:pw@")}
        told = _checks(run_forked(tmp_path, "doctor", "--json", **allowed))["cache"]
        refused = {**settings, "cache_url": server.url.replace("//", "//:nobody-asked@")}
        (login,) = _checks(run_forked(tmp_path, "doctor", "--json", **refused))["cache"]
    assert [found["verdict"] for found in told] == ["ok", "warn", "warn"]
    assert (login["verdict"], login["message"]) == ("fail", "has no password, and is given one")


def test_the_doctor_looks_at_replication(tmp_path: Path, settings: dict[str, str]) -> None:
    """A master that would go on without its replicas after a failover is not fenced; a replica is never the cache."""
    with running_redis() as master, running_redis() as replica, Redis.from_url(master.url) as admin:
        with Redis.from_url(replica.url) as other:
            other.replicaof("127.0.0.1", str(master.port))
        deadline = time.monotonic() + 60
        while admin.info("replication").get("slave0", {}).get("state") != "online" and time.monotonic() < deadline:
            time.sleep(0.02)
        verdicts = [_last_about_the_cache(tmp_path, settings, master)]
        admin.config_set("min-replicas-to-write", 1)
        verdicts += [_last_about_the_cache(tmp_path, settings, server) for server in (master, replica)]
    assert verdicts == ["warn", "ok", "fail"]


def test_the_doctor_asks_the_sentinels(tmp_path: Path, settings: dict[str, str]) -> None:
    """It looks at the master that they name."""
    with running_sentinels() as watched:
        done = run_forked(tmp_path, "doctor", "--json", **{**settings, "cache_url": watched.url})
    assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok", "ok", "ok", "warn"]


def test_the_doctor_is_told_of_sentinels_only(tmp_path: Path, settings: dict[str, str]) -> None:
    """Without the name of the master that they watch."""
    with running_sentinels() as watched:
        assert _last_about_the_cache(tmp_path, settings, watched.sentinels[0]) == "fail"
        refuses_the_cache(tmp_path, settings, watched.sentinels[0].url, "sentinel=NAME")


def test_the_doctor_looks_at_a_cluster(tmp_path: Path, settings: dict[str, str]) -> None:
    """At each master. What is true of all stands there once; one that differs is named."""
    with running_cluster() as nodes:
        cluster = {**settings, "cache_url": nodes.url}
        done = run_forked(tmp_path, "doctor", "--json", **cluster)
        assert [found["verdict"] for found in _checks(done)["cache"]] == ["ok"] * 5
        with Redis.from_url(nodes.servers[1].url) as admin:
            admin.config_set("cluster-allow-reads-when-down", "yes")
        done = run_forked(tmp_path, "doctor", "--json", **cluster)
        found = [found for found in _checks(done)["cache"] if found["verdict"] == "fail"]
        assert [f"127.0.0.1:{nodes.servers[1].port}:" in each["message"] for each in found] == [True]
        nodes.servers[2].child.kill()
        assert _last_about_the_cache(tmp_path, settings, nodes.servers[0]) == "fail"


def _last_about_the_cache(folder: Path, settings: dict[str, str], server: RedisServer) -> str:
    done = run_forked(folder, "doctor", "--json", **{**settings, "cache_url": server.url})
    return str(_checks(done)["cache"][-1]["verdict"])


def test_without_a_webhook_secret_the_doctor_warns(tmp_path: Path, settings: dict[str, str]) -> None:
    """It works, but changes show only after minutes."""
    done = run_forked(tmp_path, "doctor", "--json", **{**settings, "webhook_secret": ""})
    assert (done.returncode, _checks(done)["webhooks"][0]["verdict"]) == (0, "warn")


def test_a_database_that_everybody_may_read(tmp_path: Path, settings: dict[str, str]) -> None:
    """A warning with the command that mends it: the file was made by an earlier version."""
    (tmp_path / "portal.db").chmod(0o644)
    said = run_forked(tmp_path, "doctor", **settings).stdout
    assert "WARN database: everybody on this machine may read" in said
    assert "chmod 600" in said
