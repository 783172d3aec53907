"""The servers that other tests lean on do what they say."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis

from tests.processes import Child, StartError, accepts
from tests.servers import PostgresServer, RedisServer, running_redis


def test_redis_is_empty_for_every_test(redis_server: RedisServer) -> None:
    """Each test finds an empty Redis, whatever ran before it."""
    with Redis.from_url(redis_server.url) as redis:
        assert redis.dbsize() == 0
        redis.set("left", "behind")
    redis_server.flush()
    with Redis.from_url(redis_server.url) as redis:
        assert redis.dbsize() == 0


def test_redis_comes_back_empty_after_kill() -> None:
    """A killed Redis can be started again on its port, and has forgotten everything."""
    with running_redis() as server:
        with Redis.from_url(server.url) as redis:
            redis.set("a", "b")
        server.child.kill()
        assert not accepts(server.port)
        server.start()
        with Redis.from_url(server.url) as redis:
            assert redis.get("a") is None


def test_every_test_has_its_own_database(postgres_url: str, postgres_process: PostgresServer) -> None:
    """Two databases share nothing."""
    other = postgres_process.new_database()
    assert other != postgres_url
    name = other.rpartition("/")[2]
    postgres_process.execute("CREATE TABLE only_there (id int)", database=name)
    postgres_process.execute("CREATE TABLE only_there (id int)", database=postgres_url.rpartition("/")[2])
    postgres_process.drop_database(other)


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    """What a failed program wrote stands in the error."""
    child = Child([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path / "log")
    with pytest.raises(StartError, match="no such luck"):
        child.start(lambda: False)


def test_nothing_is_left_when_the_suite_is_killed(tmp_path: Path) -> None:
    """kill -9 of pytest itself ends the servers it started."""
    script = (
        "import time\nfrom pathlib import Path\nfrom tests.stack import Sandbox\n"
        "from tests.servers import running_postgres, running_redis\n"
        "with running_redis() as redis, running_postgres() as postgres:\n"
        f"    sandbox = Sandbox(Path({str(tmp_path)!r}))\n"
        "    sandbox.start()\n"
        "    children = [redis.child, postgres.child, sandbox.child]\n"
        "    print(*(child.pid for child in children), redis.folder, postgres.folder, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as suite:
        assert suite.stdout is not None
        *pids, redis_folder, postgres_folder = suite.stdout.readline().split()
        suite.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < deadline, "a server outlived the suite"
        time.sleep(0.05)
    shutil.rmtree(redis_folder)
    shutil.rmtree(postgres_folder)


def _runs(pid: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
