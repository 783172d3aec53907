"""Which invoices the JSON API and the CSV file are asked for: the parameters that both have in their address."""

from typing import Annotated

from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.web.http.parameters import FirstDay, LastDay, day_of, not_valid

SORTS = [way + each for each in Sort for way in ("", "-")]


def invoice_filters(
    status: Annotated[str, QueryParameter(schema_extra={"enum": list(StatusFilter)})] = "",
    from_: FirstDay = "",
    to: LastDay = "",
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    sort: Annotated[str, QueryParameter(schema_extra={"enum": SORTS})] = "-date",
) -> InvoiceQuery:
    """Of the first page. Raises ValidationFailed."""
    order, descending = _sort_of(sort)
    first, last = day_of("from", from_), day_of("to", to)
    return InvoiceQuery(_status_of(status), first, last, q, order, descending)


def _status_of(text: str) -> StatusFilter | None:
    try:
        return StatusFilter(text) if text else None
    except ValueError:
        raise not_valid("status") from None


def _sort_of(text: str) -> tuple[Sort, bool]:
    """A leading "-" is descending."""
    try:
        sort = Sort(text.removeprefix("-"))
    except ValueError:
        raise not_valid("sort") from None
    return sort, text.startswith("-")


FILTERED = {"filters": Provide(invoice_filters, sync_to_thread=False)}
"""The dependency of a handler that takes `filters: GivenFilters`."""

GivenFilters = NamedDependency[SkipValidation[InvoiceQuery]]
