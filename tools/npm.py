"""What some make targets take from npm: installed below .cache, or said to be missing. `make test` needs none of it."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")


def node() -> str:
    """The program. Ends the target with a line about what to install when it, or npm, is not there."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        raise SystemExit("This needs node and npm. On Debian, as root: apt-get install nodejs npm")
    return found


def installed(name: str, *command: str) -> Path:
    """The folder .cache/NAME with what tools/NAME/package.json names; fetched again only when that was changed."""
    node()
    source, folder = ROOT / "tools" / name, ROOT / ".cache" / name
    given = [file for file in (source / "package.json", source / "package-lock.json") if file.is_file()]
    state, done = "".join(file.read_text() for file in given), folder / "installed"
    if done.is_file() and done.read_text() == state:
        return folder
    # What an interrupted one has left, npm does not always get rid of.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in given:
        shutil.copyfile(file, folder / file.name)
    fetched = subprocess.run(["npm", *command, *QUIETLY], cwd=folder, stdout=subprocess.DEVNULL, check=False)
    if fetched.returncode:
        raise SystemExit(f"npm could not fetch what tools/{name}/package.json names. Does it reach its registry?")
    done.write_text(state)
    return folder
