"""`make release`: everything that a release consists of, in build/release. Made of the commit alone, twice, and refused
when the two differ, when the tree has changes, or when the changelog has no section for the version.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from tools.addon import pack
from tools.arguments import take_none

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build/release"
TOOLS = ROOT / "build/release-env"
UV = ROOT / ".venv/bin/uv"


class Refused(Exception):
    """In words for whoever releases."""


def main() -> None:
    try:
        version = version_to_release(ROOT)
        set_up_tools()
        with tempfile.TemporaryDirectory() as made:
            first, second = (build(version, Path(made) / name) for name in ("first", "second"))
            compare(first, second)
            shutil.rmtree(TARGET, ignore_errors=True)
            shutil.copytree(first, TARGET)
        image = write_image(version, TARGET)
        write_sums(TARGET)
    except Refused as refused:
        sys.exit(f"Not released: {refused}")
    for file in sorted(TARGET.iterdir()):
        print(f"{file.stat().st_size:>10}  {file.relative_to(ROOT)}")
    if word := not_on_record(version, ROOT):
        print(word)
    print("Built twice, the same bytes." + ("" if image else " No container engine runs here: no image was made."))


def version_to_release(root: Path) -> str:
    """Raises Refused where what would be released is not what the commit and the changelog say."""
    if changed := git(root, "status", "--porcelain"):
        raise Refused(f"the tree has changes. Commit them first:\n{changed}")
    version = str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    if f'__version__ = "{version}"' not in (root / "src/counterfoil/__init__.py").read_text(encoding="utf-8"):
        raise Refused(f"pyproject.toml says {version}, src/counterfoil/__init__.py another version.")
    if not changes_of(version, (root / "CHANGELOG.md").read_text(encoding="utf-8")):
        raise Refused(f"CHANGELOG.md has no section [{version}], or an empty one.")
    return version


def not_on_record(version: str, root: Path) -> str:
    """A word to whoever releases, where later changes of the API would be compared with something else."""
    released = root / f"docs/api/openapi-{version}.json"
    if released.is_file() and released.read_bytes() == (root / "docs/openapi.json").read_bytes():
        return ""
    return f"The API as released is not on record. Run, and commit: cp docs/openapi.json docs/api/{released.name}"


def changes_of(version: str, changelog: str) -> str:
    """What stands under the version's heading."""
    _, heading, after = changelog.partition(f"\n## [{version}]")
    if not heading:
        return ""
    return after.partition("\n")[2].partition("\n## [")[0].strip()


def git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def set_up_tools() -> None:
    """What writes the list of parts, in an environment of its own: nobody who runs or tests the portal needs it."""
    wanted = ROOT / "requirements/release.txt"
    mark, state = TOOLS / "made-for", hashlib.sha256(wanted.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text() == state:
        return
    python = TOOLS / "bin/python"
    subprocess.run([UV, "venv", "--quiet", "--clear", "--python", ROOT / ".venv/bin/python", TOOLS], check=True)
    subprocess.run([UV, "pip", "sync", "--quiet", "--python", python, "--require-hashes", wanted], check=True)
    mark.write_text(state)


def build(version: str, place: Path) -> Path:
    """From what is committed: a file that lies about is not in a release."""
    tree, target = place / "tree", place / "release"
    target.mkdir(parents=True)
    committed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(committed)) as archive:
        archive.extractall(tree, filter="data")
    environment = os.environ | {"SOURCE_DATE_EPOCH": git(ROOT, "log", "-1", "--format=%ct")}
    locked = ["--build-constraints", "requirements/build.txt", "--require-hashes"]
    # The wheel is made of the sdist, so what is missing there is found here.
    subprocess.run([UV, "build", "--quiet", *locked, "--out-dir", target], cwd=tree, env=environment, check=True)
    (target / ".gitignore").unlink(missing_ok=True)
    pack(target / f"counterfoil-whmcs-{version}.zip")  # of a tree without changes, so of what is committed
    write_parts(tree, target / f"counterfoil-{version}.cdx.json")
    shutil.copyfile(tree / "requirements/main.txt", target / f"counterfoil-{version}-requirements.txt")
    shutil.copyfile(tree / "docs/openapi.json", target / f"counterfoil-{version}-openapi.json")
    changes = changes_of(version, (tree / "CHANGELOG.md").read_text(encoding="utf-8"))
    (target / f"counterfoil-{version}-changes.txt").write_text(
        f"# Counterfoil {version}\n\n{changes}\n", encoding="utf-8"
    )
    return target


def write_parts(tree: Path, target: Path) -> None:
    """The software bill of materials, CycloneDX: every package that the portal runs on, with its hashes."""
    described = ["--pyproject", tree / "pyproject.toml", "--mc-type", "application", "--output-reproducible"]
    command = [TOOLS / "bin/cyclonedx-py", "requirements", *described, "-o", target, tree / "requirements/main.txt"]
    subprocess.run(command, check=True, capture_output=True)


def compare(first: Path, second: Path) -> None:
    names = sorted(file.name for file in first.iterdir())
    if names != sorted(file.name for file in second.iterdir()):
        raise Refused(f"two builds of one commit have other files: {names}")
    if different := [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()]:
        raise Refused(f"two builds of one commit differ in {', '.join(different)}")


def write_image(version: str, target: Path) -> bool:
    """Where a container engine runs. Not compared: layers carry the time at which they were made."""
    for engine in filter(shutil.which, ("podman", "docker")):
        if subprocess.run([engine, "info"], check=False, capture_output=True).returncode == 0:
            name = f"counterfoil:{version}"
            subprocess.run([engine, "build", "--quiet", "--tag", name, "."], cwd=ROOT, check=True)
            subprocess.run([engine, "save", "--output", target / f"counterfoil-{version}-image.tar", name], check=True)
            return True
    return False


def write_sums(target: Path) -> None:
    """As `sha256sum --check SHA256SUMS` reads them."""
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(target.iterdir())]
    (target / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    take_none(__doc__)
    main()
