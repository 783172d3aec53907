"""What the doctor says: one finding a line, with the advice an operator can follow."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    """Works, but not as it should."""
    FAIL = "fail"


class Finding(Struct, frozen=True):
    check: str
    verdict: Verdict
    message: str
    advice: str = ""

    @property
    def line(self) -> str:
        advice = f"\n           -> {self.advice}" if self.advice else ""
        return f"{self.verdict.upper():4} {self.check}: {self.message}{advice}"


def ok(check: str, message: str = "ok") -> Finding:
    return Finding(check, Verdict.OK, message)


def warn(check: str, message: str, advice: str) -> Finding:
    return Finding(check, Verdict.WARN, message, advice)


def fail(check: str, message: str, advice: str) -> Finding:
    return Finding(check, Verdict.FAIL, message, advice)
