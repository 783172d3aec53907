"""Reasons in the log are sentences, and say what the one who failed said."""

import pytest

from counterfoil.causes import sentence
from counterfoil.errors import (
    BillingUnavailable,
    CrmUnavailable,
    InvoiceNotFound,
    PermissionDenied,
    TemporarilyUnavailable,
)


class Driver(Exception):
    """As SQLAlchemy wraps what a database said."""

    def __init__(self, orig: Exception) -> None:
        super().__init__("statement with a customer's values")
        self.orig = orig


def raised_from(cause: Exception) -> TemporarilyUnavailable:
    error = TemporarilyUnavailable("the database is away")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            BillingUnavailable("GetInvoices", "timeout", "no answer in time"),
            "GetInvoices failed (timeout): no answer in time",
        ),
        (CrmUnavailable("upsert", "quota"), "upsert: quota"),
        (PermissionDenied("invoices"), f"{PermissionDenied.detail.rstrip('.')} (invoices)"),
        (InvoiceNotFound(), "Invoice not found"),
        (
            raised_from(Driver(OSError("too many connections\nDETAIL: names"))),
            "the database is away: OSError: too many connections",
        ),
        (KeyError(7), "KeyError: 7"),
    ],
)
def test_a_reason_is_a_sentence(error: Exception, words: str) -> None:
    """No printed tuple; of a database its own words, without the statement and its values."""
    assert sentence(error) == words
