"""Where the workers of one `serve` count together: a folder that ends with it, or one line why there is none."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from counterfoil.cli import imported


@contextmanager
def metrics_folder(workers: int) -> Iterator[None]:
    """Its room is taken and given back before anybody counts in it: a disk that is full says so now."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="counterfoil-metrics-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _unusable(error) from None
    with folder as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        try:
            _take_room(Path(directory), workers)
        except OSError as error:
            raise _unusable(error) from None
        yield


def _take_room(directory: Path, workers: int) -> None:
    # Only now, because prometheus-client looks for its directory when it is imported.
    files = imported("counterfoil.web.metrics.files")
    probe = directory / "room"
    with probe.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, workers * sum(files.SIZES.values()))
    probe.unlink()


def _unusable(error: OSError) -> click.ClickException:
    return click.ClickException(
        f"Metrics cannot be kept: {error.strerror}. They need 3 MB for each worker in the folder for temporary files: "
        "make room there, or name in TMPDIR another folder that can be written."
    )
