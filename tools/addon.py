"""`make addon`: packs the WHMCS side into a zip that is unpacked in WHMCS's folder. The same files, the same bytes."""

import argparse
import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
ADDON = ROOT / "whmcs-addon"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def pack(target: Path) -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."]
    names = subprocess.run(command, cwd=ADDON, check=True, capture_output=True, text=True).stdout.split("\0")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(filter(None, names)):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, (ADDON / name).read_bytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the zip to write")
    target = parser.parse_args().target
    pack(target)
    print(target)
