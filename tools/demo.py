"""`make demo`: portal, WHMCS sandbox and Salesforce sandbox with seeded customers. Ctrl-C stops all of it.

OIDC=1: sign-in by the sandbox's OpenID Connect provider. DEMO_PORT=9000: the portal there, the sandboxes after it.
"""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".demo"
COUNTERFOIL = Path(sys.executable).with_name("counterfoil")
_GIVEN = os.environ.get("DEMO_PORT", "")
_FIRST = int(_GIVEN) if _GIVEN.isdecimal() else 0
PORTS = (_FIRST, _FIRST + 1, _FIRST + 2) if _FIRST else (8000, 8081, 8082)
PORTAL, WHMCS, SALESFORCE = (f"http://127.0.0.1:{port}" for port in PORTS)
PATIENCE = 180.0

PEOPLE = [
    ("ada@example.com", "owner of one company, years of invoices, several to pay"),
    ("bob@example.com", "has no payment method yet"),
    ("chidi@example.com", "three accounts, not all with the right to see invoices"),
    ("yuki@example.com", "pays in yen; a Japanese customer"),
    ("max@example.com", "ten thousand invoices"),
    ("nora@example.com", "no invoices yet"),
    ("tess@example.com", "has two-factor on in WHMCS: is told so"),
    ("sam@example.com", "one-time links are blocked for this client"),
]
PASSWORD = "demo-password-1"  # noqa: S105 -- everybody's in the sandbox

OPENID = {
    "OIDC_ISSUER": WHMCS,
    "OIDC_DISCOVERY_URL": f"{WHMCS}/oauth/openid-configuration.php",
    "OIDC_CLIENT_ID": "sandbox-client",
    "OIDC_CLIENT_SECRET": "sandbox-client-secret",
    "OIDC_NAME": "Northwind Internet",
}
"""Everybody chooses who they are. The portal refuses such a provider unless everything is on this machine."""


class Program(NamedTuple):
    name: str
    command: list[str]
    env: dict[str, str]
    ready: str

    @property
    def log(self) -> Path:
        return FOLDER / f"{self.name}.log"


def main() -> int:
    if _GIVEN and not 1024 <= _FIRST <= 65533:
        print(f"DEMO_PORT={_GIVEN} is not a port from 1024 to 65533, such as: make demo DEMO_PORT=9000")
        return 1
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for port in PORTS:
        if is_taken(port):
            print(f"Port {port} is in use. Is another demo running? Stop it, or: make demo DEMO_PORT=9000")
            return 1
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        try:
            write_settings(programs()[-1])
            processes = [stack.enter_context(running(program)) for program in programs()]
            print(welcome(time.monotonic() - began), flush=True)
            return watch(processes)
        except KeyboardInterrupt:
            print("\nStopped.")
            return 0
        except RuntimeError as error:
            print(error)
            return 1


def programs() -> list[Program]:
    webhook_secret = kept("webhook-secret", lambda: "whsec_" + b64encode(secrets.token_bytes(32)).decode())
    own = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    portal = {
        "BASE_URL": PORTAL,
        "SECRET_KEY": kept("secret-key", lambda: secrets.token_urlsafe(48)),
        "DATABASE_URL": f"sqlite+aiosqlite:///{FOLDER / 'counterfoil.db'}",
        "WHMCS_URL": WHMCS,
        "WHMCS_IDENTIFIER": "sandbox-identifier",
        "WHMCS_SECRET": "sandbox-secret",
        "WEBHOOK_SECRET": webhook_secret,
        "SALESFORCE_URL": SALESFORCE,
        "SALESFORCE_CLIENT_ID": "sandbox-consumer-key",
        "SALESFORCE_USERNAME": "portal@example.com",
        "SALESFORCE_PRIVATE_KEY_FILE": str(FOLDER / "salesforce-key.pem"),
        "SALESFORCE_POLL_SECONDS": "2",
        "ORDER_PRODUCTS": "1,2,3,4",
        "BRAND_NAME": "Analytical Hosting",
        **(OPENID if is_openid() else {}),
    }
    portal_port, whmcs_port, salesforce_port = map(str, PORTS)
    sandbox = ["sandbox", "whmcs", "--port", whmcs_port, "--portal", PORTAL]
    return [
        # Not on the command line, which everybody on this machine can read.
        Program("whmcs", sandbox, own | {"COUNTERFOIL_SANDBOX_WEBHOOK_SECRET": webhook_secret}, f"{WHMCS}/"),
        Program(
            "salesforce",
            ["sandbox", "salesforce", "--port", salesforce_port, "--key-file", str(FOLDER / "salesforce-key.pem")],
            own,
            f"{SALESFORCE}/",
        ),
        Program(
            "portal",
            ["serve", "--host", "127.0.0.1", "--port", portal_port],
            own | {f"COUNTERFOIL_{name}": value for name, value in portal.items()},
            f"{PORTAL}/readyz",
        ),
    ]


def write_settings(portal: Program) -> None:
    """Where commands find them: in this folder `../.venv/bin/counterfoil doctor` looks at this portal."""
    path = FOLDER / ".env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in portal.env.items() if "COUNTERFOIL_" in name))


def is_openid() -> bool:
    return os.environ.get("OIDC", "") not in {"", "0"}


def kept(name: str, make: Callable[[], str]) -> str:
    """A secret of this demo, made once, so that a second run understands what the first one stored."""
    path = FOLDER / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), encoding="ascii")
    return path.read_text(encoding="ascii")


@contextlib.contextmanager
def running(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    """In a process group of its own: Ctrl-C reaches only this script, which then ends every group in turn."""
    print(f"Starting {program.name} ...", flush=True)
    setpriv = shutil.which("setpriv")
    dies_with_us = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    with program.log.open("wb") as log:
        process = subprocess.Popen(
            [*dies_with_us, str(COUNTERFOIL), *program.command],
            cwd=FOLDER,
            env=program.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_ready(program, process)
        yield process
    finally:
        end(process)


def wait_until_ready(program: Program, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers(program.ready):
        if process.poll() is not None:
            raise RuntimeError(
                f"{program.name} ended. The end of {program.log.relative_to(ROOT)}:\n{last_lines(program)}"
            )
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"{program.name} is not ready after {PATIENCE:.0f} s. See {program.log.relative_to(ROOT)}"
            )
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    for which in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, which)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(8)
            return


def watch(processes: list[subprocess.Popen[bytes]]) -> int:
    """Until Ctrl-C, or until a program ends by itself."""
    while all(process.poll() is None for process in processes):
        time.sleep(0.3)
    raise RuntimeError(f"A program ended by itself. Its last words are in {FOLDER.name}/*.log")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 -- our own loopback address
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def last_lines(program: Program) -> str:
    return "\n".join(program.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def welcome(seconds: float) -> str:
    rows = "\n".join(f"    {email:<20} {who}" for email, who in PEOPLE)
    return f"""
Ready in {seconds:.1f} s.

  The portal             {PORTAL}/
  The WHMCS sandbox      {WHMCS}/
  The Salesforce sandbox {SALESFORCE}/

  {how_to_sign_in()}

{rows}

  An order: as Ada, open {PORTAL}/order and place one; approve it at {SALESFORCE}/ and watch its page become
  active. Bob has no payment method: he is stopped before anything is ordered, and sent to add one.

  Commands for operators, in {FOLDER.name}/:  ../.venv/bin/counterfoil doctor
  Logs: {FOLDER.name}/portal.log, whmcs.log, salesforce.log        Ctrl-C stops everything.
"""


def how_to_sign_in() -> str:
    if is_openid():
        return "Sign in to the portal by OpenID Connect and choose who you are (two-factor people included):"
    return f"Sign in to the portal with the password  {PASSWORD}  as"


if __name__ == "__main__":
    # Before anything is begun: --help, and a word on whatever it does not take.
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.exit(main())
