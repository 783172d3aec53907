"""Hosts in network namespaces of their own, on one switch: whatever runs there can be killed, unplugged and cut off."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.processes import Child

NETWORK = "10.77.0"
HERE = f"{NETWORK}.1"
NOBODY = "02:00:00:00:00:01"
"""A network card that there is not: what is sent to it is never answered, and nobody says so."""


def missing() -> str:
    """Why there can be no hosts here; empty when there can."""
    if os.geteuid() != 0:
        return "Network namespaces need root: run this proof as root."
    if shutil.which("ip") is None:
        return "The program ip is missing. On Debian: apt-get install iproute2"
    tried = subprocess.run(["ip", "netns", "add", "cf-trial"], check=False, capture_output=True, text=True)
    if tried.returncode:
        return f"This machine allows no network namespaces: {tried.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", "cf-trial"], check=True)
    return ""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Host:
    """One machine: an address, a cable, and the programs on it."""

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name, self.address = name, f"{NETWORK}.{number}"
        self.folder = folder / name
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.children: list[Child] = []
        self._space, self._plug = f"cf-{name}", f"cfp{number}"

    def build(self, switch: str) -> None:
        ip("netns", "add", self._space)
        ip("link", "add", self._plug, "type", "veth", "peer", "name", "eth0", "netns", self._space)
        ip("link", "set", self._plug, "master", switch, "up")
        for words in (["addr", "add", f"{self.address}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            ip("-n", self._space, *words)
        ip("-n", self._space, "link", "set", "lo", "up")

    def remove(self) -> None:
        for child in reversed(self.children):
            child.kill()
        subprocess.run(["ip", "netns", "delete", self._space], check=False, capture_output=True)
        subprocess.run(["ip", "link", "delete", self._plug], check=False, capture_output=True)

    def program(
        self, name: str, *command: str, env: Mapping[str, str] | None = None, user: str = "", cwd: Path | None = None
    ) -> Child:
        """To be started; it ends with the host."""
        lent = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"] if user else []
        where = ["ip", "netns", "exec", self._space, *lent]
        child = Child([*where, *command], self.folder / f"{name}.log", env=env, cwd=cwd or self.folder)
        self.children.append(child)
        return child

    def unplug(self) -> None:
        ip("link", "set", self._plug, "down")

    def plug(self) -> None:
        ip("link", "set", self._plug, "up")

    def lose_sight_of(self, *others: "Host") -> None:
        """What is sent there is lost on the way, in silence."""
        for other in others:
            self._neighbour("replace", other, "lladdr", NOBODY, "nud", "permanent")

    def see(self, *others: "Host") -> None:
        for other in others:
            self._neighbour("delete", other)

    def _neighbour(self, verb: str, other: "Host", *more: str) -> None:
        ip("-n", self._space, "neigh", verb, other.address, *more, "dev", "eth0")


@contextmanager
def network(folder: Path, numbers: Mapping[str, int]) -> Iterator[dict[str, Host]]:
    """Hosts by name, each with the last number of its address; this process is on the switch, too."""
    switch = "cf-switch"
    hosts = {name: Host(name, number, folder) for name, number in numbers.items()}
    ip("link", "add", switch, "type", "bridge")
    try:
        ip("addr", "add", f"{HERE}/24", "dev", switch)
        ip("link", "set", switch, "up")
        for host in hosts.values():
            host.build(switch)
        yield hosts
    finally:
        for host in hosts.values():
            host.remove()
        ip("link", "delete", switch)
