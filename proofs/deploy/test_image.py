"""The image's folder, made by the steps of the Dockerfile, run as another user on a tree that nobody may write to.

No container engine is needed, and none is tried: base image, layers and the engine itself are not seen here.
"""

import os
import secrets
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from proofs.deploy.conftest import ROOT
from tests.processes import Child, free_port
from tests.stack import Sandbox, answers, plain_environment

pytestmark = pytest.mark.timeout(900)  # an environment is built first

MOST = 120
"""Megabytes beyond the base image."""

NOBODY = 10001


def dockerfile(instruction: str) -> str:
    """What the last instruction of that name says."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(" ", 1)[1].strip() for line in text.splitlines() if line.strip().startswith(instruction)][-1]


def test_it_is_small(image_folder: Path) -> None:
    used = subprocess.run(["du", "-sm", image_folder], check=True, capture_output=True, text=True).stdout
    assert int(used.split()[0]) <= MOST


def test_it_serves_as_somebody_else_on_a_read_only_tree(image_folder: Path, tmp_path: Path) -> None:
    """Started as the Dockerfile starts it; its own check of its health says so; told to end, it ends, and so do all."""
    assert os.geteuid() == 0, "Who is not root cannot become another user: run this proof as root."
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    folder, data, port = image_folder, image_folder.parent / "data", free_port()
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    given = {
        "PATH": f"{folder}/bin:/usr/bin:/bin",
        "COUNTERFOIL_BASE_URL": f"http://127.0.0.1:{port}",
        "COUNTERFOIL_SECRET_KEY": secrets.token_urlsafe(48),
        "COUNTERFOIL_WHMCS_URL": sandbox.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
    }
    told = [word.strip('[], "') for word in f"{dockerfile('ENTRYPOINT')} {dockerfile('CMD')}".split()]
    told = [str(port) if word == "8000" else word for word in told]
    read_only = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    as_nobody = f"exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups --no-new-privs -- {shlex.join(told)}"
    portal = Child(
        ["unshare", "--mount", "sh", "-c", f"{read_only} && {as_nobody}"], tmp_path / "portal.log", env=given, cwd=data
    )
    began = time.monotonic()
    try:
        portal.start(lambda: answers(f"http://127.0.0.1:{port}/readyz"), within=120)
        print(f"\nstart to ready: {time.monotonic() - began:.1f} s")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            signed_in = client.post("/api/v1/session", json={"email": "ada@example.com", "password": "demo-password-1"})
            assert signed_in.status_code == 204
            for page in ("/", "/invoices", "/payment-methods", "/subscriptions", "/profile", "/api/docs"):
                assert client.get(page).status_code == 200, page
        health = dockerfile("HEALTHCHECK").split("CMD", 1)[1].strip()
        probe = [word.strip('[]" ') for word in health.split('", "')]
        probe[-1] = probe[-1].replace(":8000", f":{port}")
        assert subprocess.run([folder / "bin" / probe[0], *probe[1:]], check=False).returncode == 0
        assert portal.stop(within=40) == 0, portal.output()
        assert [path.name for path in data.iterdir()] == ["counterfoil.db"]
    finally:
        portal.stop()
        sandbox.child.stop()


def test_without_settings_it_says_what_is_missing(image_folder: Path, tmp_path: Path) -> None:
    """In one message, and without a stack trace. That the wheel serves: test_wheel.py."""
    program = image_folder / "bin" / "counterfoil"
    environment = {name: value for name, value in plain_environment().items() if name != "PYTHONPATH"}
    said = subprocess.run(
        [program, "serve"], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert said.returncode == 2
    assert said.stderr.count("is missing") == 4
    assert "Traceback" not in said.stderr
    assert shutil.which("counterfoil", path=str(image_folder / "bin"))
