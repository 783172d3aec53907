"""The command, as a process of its own; the key that guards it; and its documentation."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from counterfoil_sandbox.whmcs import Options, create_app
from counterfoil_sandbox.whmcs.api import ACTIONS
from counterfoil_sandbox.whmcs.switches import FAULTS, QUIRKS
from tests.sandbox.conftest import CREDENTIALS, Whmcs, running_whmcs

COMMAND = [sys.executable, "-c", "from counterfoil_sandbox.cli import sandbox; sandbox()", "whmcs"]
DOCUMENT = Path(__file__).parents[2] / "docs/sandbox.md"


def test_the_command_serves_and_ends_on_request(tmp_path: Path) -> None:
    """Ready within seconds, says where, and SIGTERM ends it with 0."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([*COMMAND, "--port", str(port), "--clients", "0"], stderr=output, cwd=tmp_path)
    try:
        deadline = time.monotonic() + 30
        while not (answer := _front_page(port)):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "Northwind Internet" in answer
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert f"http://127.0.0.1:{port}/" in log.read_text()
    finally:
        process.kill()
        process.wait()


def _front_page(port: int) -> str:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=60).text
    except httpx2.HTTPError:
        return ""


@pytest.mark.parametrize("which", ["whmcs", "salesforce"])
def test_a_port_that_is_taken(tmp_path: Path, which: str) -> None:
    """One line, in the portal's words, and exit 1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [str(Path(sys.executable).with_name("counterfoil")), "sandbox", which, "--port", str(port)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 1
    assert done.stderr == f"Error: Cannot listen on 127.0.0.1 port {port}: address already in use.\n"
    assert "Traceback" not in done.stderr


def test_it_does_not_open_itself_to_the_network() -> None:
    """Another address than loopback needs a control key."""
    refused = subprocess.run(
        [*COMMAND, "--port", "1", "--host", "192.0.2.1"], capture_output=True, text=True, check=False, timeout=200
    )
    assert refused.returncode == 2
    assert "--control-key" in refused.stderr


def test_a_control_key_closes_admin_and_control() -> None:
    """Either way of giving it opens them; the API needs its own credentials only."""
    with running_whmcs(Options(control_key="k3y", big_client_invoices=1, more_clients=0)) as whmcs:
        for path in ("/admin/", "/_sandbox/people"):
            url = whmcs.url + path
            assert whmcs.client.get(url).status_code == 401
            assert whmcs.client.get(url, headers={"x-sandbox-key": "wrong"}).status_code == 401
            assert whmcs.client.get(url, headers={"x-sandbox-key": "k3y"}).status_code == 200
            assert whmcs.client.get(url, auth=("any", "k3y")).status_code == 200
        assert whmcs.call("WhmcsDetails")["result"] == "success"


def test_an_access_key_is_asked_for_when_there_is_one() -> None:
    """Without it the address is refused, as WHMCS does for callers that are not on its list."""
    with running_whmcs(Options(access_key="open", big_client_invoices=1, more_clients=0)) as whmcs:
        assert whmcs.post("WhmcsDetails").json()["message"].startswith("Invalid IP")
        assert whmcs.call("WhmcsDetails", accesskey="open")["result"] == "success"


@pytest.mark.anyio
async def test_in_process_it_says_that_it_cannot_break_connections() -> None:
    """Instead of an answer that looks whole, 501."""
    app = create_app(Options(big_client_invoices=1, more_clients=0))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://whmcs", timeout=60) as client:
        await client.post("/_sandbox/faults", json={"kind": "reset"})
        answer = await client.post("/includes/api.php", data=CREDENTIALS | {"action": "WhmcsDetails"})
    assert answer.status_code == 501


def test_two_sandboxes_share_nothing(whmcs: Whmcs) -> None:
    """A change in one is not in the other."""
    with running_whmcs(Options(big_client_invoices=1, more_clients=0)) as other:
        other.control("PATCH", "clients/1", {"city": "Lima"})
        assert other.call("GetClientsDetails", clientid=1)["client"]["city"] == "Lima"
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["city"] == "London"


def test_the_document_names_everything() -> None:
    """Every action, fault and quirk that there is, and every option of the command."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [action for action in ACTIONS if action not in text.lower()] == []
    assert [name for name in (*FAULTS, *QUIRKS) if f"`{name}`" not in text] == []
