"""`counterfoil why REFERENCE [FILE]`: from the reference on an error page to the cause, out of log lines."""

from collections import deque
from collections.abc import Iterable
from typing import Any, TextIO

import click

from counterfoil.cli.log_lines import LogLine, read_lines

REMEMBERED = 100_000
"""Lines about failures that are held until somebody asks for them: a first failure stands before those it explains."""

_ANSWERS = frozenset({"answered unavailable", "unexpected error", "refused"})
_ABOUT_THE_LINE = frozenset({"event", "level", "timestamp", "request_id", "exception", "logger"})
_REQUESTS_OWN = frozenset({"route", "account", "client", "code", "first", "reason"})


class _Reference(click.ParamType[str]):
    name = "reference"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        reference = value.strip().lower()
        if not reference.isalnum() or len(reference) > 64:
            self.fail("a reference looks like 0f4a9c2b7d1e8a6f5c3b, as the error page shows it", param, ctx)
        return reference


@click.command()
@click.argument("reference", type=_Reference())
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def why(reference: str, file: TextIO) -> None:
    """Find the cause of an error by the reference on its page, in log lines from FILE or standard input.

    Exit code 1 when no line has the reference.
    """
    found = gathered(reference, read_lines(file))
    if reference not in found:
        raise click.ClickException(f"no line has the reference {reference}: is this the log of that day?")
    for line in told(reference, found):
        click.echo(line)


def gathered(reference: str, lines: Iterable[LogLine]) -> dict[str, list[LogLine]]:
    """The lines of this request, and of those that met its failure first. One pass: a log may come through a pipe."""
    wanted: dict[str, list[LogLine]] = {}
    lately = deque[LogLine](maxlen=REMEMBERED)
    asked = [reference]
    for line in lines:
        if line.request_id in wanted or line.request_id == reference:
            wanted.setdefault(line.request_id, []).append(line)
            first = line.get("first")
            if first and first not in asked:
                asked.append(first)
                wanted[first] = [each for each in lately if each.request_id == first]
        elif line.request_id and line.get("level") in {"warning", "error"}:
            lately.append(line)
    return {request_id: lines for request_id, lines in wanted.items() if lines}


def told(reference: str, found: dict[str, list[LogLine]]) -> list[str]:
    """In sentences, the request that was asked about first."""
    lines = [f"Reference {reference}", *_one(found[reference])]
    for first, of_first in found.items():
        if first != reference:
            lines += ["", f"The same failure was met first by request {first}", *_one(of_first)]
    for first in _named(found) - found.keys():
        lines += ["", f"The same failure was met first by request {first}, which these lines do not have."]
    return lines


def _named(found: dict[str, list[LogLine]]) -> set[str]:
    return {line.get("first") for lines in found.values() for line in lines} - {""}


def _one(lines: list[LogLine]) -> list[str]:
    about: dict[str, Any] = {}
    for line in lines:
        about |= {name: value for name, value in line.said.items() if value is not None}
    asked = f"{about.get('method', '')} {about.get('route', '-')}".strip()
    answered = f"{about['status']} {about.get('code', '')}".rstrip() if "status" in about else about.get("code", "-")
    said = [
        f"  when     {lines[0].get('timestamp')}",
        f"  request  {asked}" + (f", {about['duration_ms']} ms" if "duration_ms" in about else ""),
        f"  answer   {answered}",
        f"  who      account {about.get('account', '-')}, client {about.get('client', '-')}",
    ]
    if cause := _cause(lines):
        said.append(f"  cause    {cause}")
    return [
        *said,
        *(f"  log      {_in_words(line)}" for line in lines if line.get("event") != "request"),
        *_last(lines),
    ]


def _cause(lines: list[LogLine]) -> str:
    """As the answer was given it; else what the first failure says of itself."""
    answers = [line.get("reason") for line in lines if line.get("event") in _ANSWERS]
    others = [line.get("hint") or line.get("reason") for line in lines]
    return next(filter(None, [*answers, *others]), "")


def _in_words(line: LogLine) -> str:
    hidden = _ABOUT_THE_LINE | (_REQUESTS_OWN if line.get("event") in _ANSWERS else frozenset())
    rest = ", ".join(f"{name} {value}" for name, value in line.said.items() if name not in hidden and value != "")
    return f"{line.get('event')}: {rest}" if rest else line.get("event")


def _last(lines: list[LogLine]) -> list[str]:
    """Where a defect of ours was, and what it said."""
    traces = [line.get("exception").strip().splitlines() for line in lines if line.get("exception").strip()]
    places = [[each.strip() for each in trace if each.lstrip().startswith("File ")][-1:] for trace in traces]
    return [f"  defect   {text}" for trace, place in zip(traces, places, strict=True) for text in (*place, trace[-1])]
