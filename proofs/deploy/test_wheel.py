"""The wheel as `make release` makes it, in an environment that has nothing else: tried as a stranger would."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from counterfoil import __version__
from proofs.deploy.conftest import ROOT
from tests.processes import Child, free_port
from tests.stack import answers, plain_environment
from tools.release import UV, build, compare, set_up_tools

pytestmark = pytest.mark.timeout(900)  # an environment is built first

SECRETS = {
    "COUNTERFOIL_SECRET_KEY": "for-this-proof-only-and-nobody-else",
    "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
    "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built twice of the commit: the same bytes."""
    set_up_tools()
    first, second = (build(__version__, tmp_path_factory.mktemp("release") / name) for name in ("one", "two"))
    compare(first, second)
    return first


@pytest.fixture(scope="module")
def program(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    environment = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", ROOT / ".venv/bin/python", environment], check=True)
    (wheel,), (locked,) = released.glob("*.whl"), released.glob("*-requirements.txt")
    install = [UV, "pip", "install", "--quiet", "--python", environment / "bin/python"]
    subprocess.run([*install, "--require-hashes", "--requirement", locked], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    return environment / "bin/counterfoil"


@pytest.fixture
def portal(program: Path, tmp_path: Path) -> Iterator[str]:
    """`counterfoil sandbox whmcs` and `counterfoil serve`, in an empty folder."""
    ports = free_port(), free_port()
    url, whmcs = (f"http://127.0.0.1:{port}" for port in ports)
    plain = {name: value for name, value in plain_environment().items() if name != "PYTHONPATH"}
    settings = SECRETS | {"COUNTERFOIL_BASE_URL": url, "COUNTERFOIL_WHMCS_URL": f"{whmcs}/"}
    sandbox = Child(
        [str(program), "sandbox", "whmcs", "--port", str(ports[1])], tmp_path / "whmcs.log", env=plain, cwd=tmp_path
    )
    serving = Child(
        [str(program), "serve", "--port", str(ports[0])], tmp_path / "portal.log", env=plain | settings, cwd=tmp_path
    )
    try:
        sandbox.start(lambda: answers(f"{whmcs}/"), within=120)
        serving.start(lambda: answers(f"{url}/readyz"), within=120)
        yield url
    finally:
        serving.stop(within=40)
        sandbox.stop()


def test_it_serves_from_the_wheel_alone(portal: str) -> None:
    """Pages, translations, assets and migrations are all in it."""
    with httpx2.Client(base_url=portal, timeout=30) as client:
        signing_in = client.get("/sign-in", headers={"Accept-Language": "de"})
        assert "Anmelden" in signing_in.text
        asset = signing_in.text.split('href="/static/portal.')[1].split('"')[0]
        assert client.get(f"/static/portal.{asset}").status_code == 200
        signed_in = client.post("/api/v1/session", json={"email": "ada@example.com", "password": "demo-password-1"})
        assert signed_in.status_code == 204
        for page in ("/", "/invoices", "/order", "/api/docs"):
            assert client.get(page).status_code == 200, page


def test_what_is_released_is_whole(released: Path) -> None:
    kinds = sorted(file.name.replace(__version__, "VERSION") for file in released.iterdir())
    assert kinds == [
        "counterfoil-VERSION-changes.txt",
        "counterfoil-VERSION-openapi.json",
        "counterfoil-VERSION-py3-none-any.whl",
        "counterfoil-VERSION-requirements.txt",
        "counterfoil-VERSION.cdx.json",
        "counterfoil-VERSION.tar.gz",
        "counterfoil-whmcs-VERSION.zip",
    ]
    parts = (released / f"counterfoil-{__version__}.cdx.json").read_text(encoding="utf-8")
    locked = (ROOT / "requirements/main.txt").read_text(encoding="utf-8")
    named = [line.split("==")[0] for line in locked.splitlines() if "==" in line]
    assert [name for name in named if f'"name": "{name}"' not in parts] == []
