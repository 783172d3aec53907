"""What must hold before the portal starts."""

import socket
import sqlite3
from pathlib import Path

from redis import Redis

from tests.cli.commands import refuses_the_cache, run
from tests.processes import free_port
from tests.servers import running_redis
from tests.stack import Sandbox, Stack, answers


def test_a_cache_in_memory_is_for_one_worker(tmp_path: Path, settings: dict[str, str]) -> None:
    """Otherwise a change would reach one worker and not the others."""
    done = run(tmp_path, "serve", "--workers", "2", **{**settings, "secret_key": "short"})
    assert done.returncode == 2
    assert "COUNTERFOIL_CACHE_URL" in done.stderr
    assert "COUNTERFOIL_SECRET_KEY" in done.stderr, "every problem is said at once"


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


def test_words_that_cannot_be_read_are_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    """In one line, before there are workers that would all fail over them again and again."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/de.po").write_text("msgid Pay\n")
    done = run(tmp_path, "serve", "--port", str(free_port()), **{**settings, "texts_dir": str(tmp_path / "own")})
    assert done.returncode == 1
    assert "de.po cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cache_that_is_away_is_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    """No worker starts: a portal that goes without its cache from the start is set up wrongly."""
    refuses_the_cache(tmp_path, settings, f"redis://:canary@127.0.0.1:{free_port()}/0", "Connect call failed")


def test_a_cache_with_another_password_is_said_plainly(tmp_path: Path, settings: dict[str, str]) -> None:
    """Neither the right nor the wrong one is printed."""
    with running_redis() as server, Redis.from_url(server.url) as admin:
        admin.config_set("requirepass", "canary-right")
        url = f"redis://:canary-wrong@127.0.0.1:{server.port}/0"
        refuses_the_cache(tmp_path, settings, url, "WRONGPASS")


def test_a_replica_is_no_cache(tmp_path: Path, settings: dict[str, str]) -> None:
    """It could be read, but no change could be made to show."""
    with running_redis() as master, running_redis() as replica:
        with Redis.from_url(replica.url) as admin:
            admin.replicaof("127.0.0.1", str(master.port))
        refuses_the_cache(tmp_path, settings, replica.url, "not a master")


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


def test_a_port_that_is_taken(tmp_path: Path, settings: dict[str, str]) -> None:
    """One line and exit 1, for METRICS_PORT too: half of the answers would come from the other one."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        for port, more in ((taken, {}), (free_port(), {"metrics_port": str(taken)})):
            done = run(tmp_path, "serve", "--port", str(port), **settings, **more)
            assert done.returncode == 1
            assert done.stderr.strip().splitlines() == [
                f"Error: Cannot listen on 127.0.0.1 port {taken}: address already in use."
            ]


def test_an_address_of_another_machine(tmp_path: Path, settings: dict[str, str]) -> None:
    done = run(tmp_path, "serve", "--host", "192.0.2.1", "--port", str(free_port()), **settings)
    assert done.returncode == 1
    assert "192.0.2.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_room_for_metrics(tmp_path: Path, settings: dict[str, str]) -> None:
    """One line before anybody is served: a worker that counts where the disk is full would be ended by the kernel."""
    (tmp_path / "portal.db").touch()
    done = run(tmp_path, "serve", "--port", str(free_port()), largest_file=1_000_000, **settings)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("Error: Metrics cannot be kept: File too large.")
    assert "TMPDIR" in done.stderr
    assert "Traceback" not in done.stderr
