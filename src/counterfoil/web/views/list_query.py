"""The address of the invoice page: what its query parameters mean and how links to it are written."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict, replace

from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.billing.typed.cleaning import has_controls, searched
from counterfoil.web.http.parameters import not_valid
from counterfoil.web.text.catalogue import in_context, translatable

PATH = "/invoices"

DEFAULT_SORT = "attention"
MAX_PAGE = 10_000
MAX_SEARCH = 100

VIEWS: dict[str, tuple[str, StatusFilter | None]] = {
    "all": (translatable("All"), None),
    "to_pay": (translatable("To pay"), StatusFilter.TO_PAY),
    "overdue": (in_context("filter", "Overdue"), StatusFilter.OVERDUE),
    "processing": (translatable("Processing"), StatusFilter.PAYMENT_PENDING),
    "paid": (in_context("filter", "Paid"), StatusFilter.PAID),
    "other": (translatable("Other"), StatusFilter.OTHER),
}

HEADINGS = {
    "all": translatable("Invoices"),
    "to_pay": translatable("Invoices to pay"),
    "overdue": translatable("Overdue invoices"),
    "processing": translatable("Invoices being processed"),
    "paid": translatable("Paid invoices"),
    "other": translatable("Other invoices"),
}
"""Of the page in each of these views."""

SORTS: dict[str, tuple[str, Sort]] = {
    "attention": (translatable("To pay first"), Sort.ATTENTION),
    "-date": (translatable("Newest first"), Sort.DATE),
    "date": (translatable("Oldest first"), Sort.DATE),
    "due_date": (translatable("By due date"), Sort.DUE_DATE),
    "-due_date": (translatable("Latest due date first"), Sort.DUE_DATE),
    "-total": (translatable("Largest total first"), Sort.TOTAL),
    "total": (translatable("Smallest total first"), Sort.TOTAL),
    "number": (translatable("By number"), Sort.NUMBER),
    "-number": (translatable("By number, descending"), Sort.NUMBER),
    "status": (translatable("By status"), Sort.STATUS),
    "-status": (translatable("By status, descending"), Sort.STATUS),
}

HEADS = {"number": "number", "issued": "-date", "due": "due_date", "status": "status", "total": "-total"}
"""Which way a column's head sorts at first; pressed again it sorts the other way, and then as at the beginning."""


class ListQuery(Struct, frozen=True):
    """`view` is a key of VIEWS, `sort` of SORTS; `year` is the year of issue."""

    view: str = "all"
    q: str = ""
    year: int | None = None
    sort: str = DEFAULT_SORT
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.view != "all" or self.q or self.year)

    @property
    def href(self) -> str:
        """Defaults are left out, so that every page of the list has one address."""
        given = {name: value for name, value in asdict(self).items() if value != getattr(_DEFAULT, name)}
        return f"{PATH}?{urlencode(given)}" if given else PATH

    @property
    def csv_href(self) -> str:
        """The same invoices, of all pages, in the same order."""
        status = VIEWS[self.view][1]
        first, last = self._period
        given = {"status": status, "from": first, "to": last, "q": self.q, "sort": self.sort}
        return f"/invoices.csv?{urlencode({name: value for name, value in given.items() if value})}"

    @property
    def statement_href(self) -> str:
        first, last = self._period
        return f"/statement?from={first}&to={last}" if first else "/statement"

    @property
    def _period(self) -> tuple[date | None, date | None]:
        return (date(self.year, 1, 1), date(self.year, 12, 31)) if self.year else (None, None)

    def with_view(self, view: str) -> str:
        return replace(self, view=view, page=1).href

    def with_page(self, page: int) -> str:
        return replace(self, page=page).href

    def with_sort(self, sort: str) -> str:
        return replace(self, sort=sort, page=1).href

    def head(self, column: str) -> tuple[str, str]:
        """Of a column of HEADS: where its head leads, and how it is sorted now, as `aria-sort` says it."""
        first = HEADS[column]
        other = first[1:] if first.startswith("-") else f"-{first}"
        following = {first: other, other: DEFAULT_SORT}.get(self.sort, first)
        ways = {first.lstrip("-"): "ascending", f"-{first.lstrip('-')}": "descending"}
        return self.with_sort(following), ways.get(self.sort, "")

    def as_invoice_query(self) -> InvoiceQuery:
        first, last = self._period
        return InvoiceQuery(
            status=VIEWS[self.view][1],
            issued_from=first,
            issued_to=last,
            text=self.q,
            sort=SORTS[self.sort][1],
            descending=self.sort.startswith("-"),
            page=self.page,
        )


_DEFAULT = ListQuery()


def read_list_query(parameters: Mapping[str, str]) -> ListQuery:
    """Unknown names are ignored, as links get decorated. Raises ValidationFailed naming every bad value."""
    view, sort = parameters.get("view") or "all", parameters.get("sort") or DEFAULT_SORT
    year, page = parameters.get("year") or "", parameters.get("page") or "1"
    text = searched(parameters.get("q", ""))
    wrong = [
        name
        for name, is_right in (
            ("view", view in VIEWS),
            ("sort", sort in SORTS),
            ("year", not year or _is_number(year, 1970, 9999)),
            ("page", _is_number(page, 1, MAX_PAGE)),
            ("q", len(text) <= MAX_SEARCH and not has_controls(text)),
        )
        if not is_right
    ]
    if wrong:
        raise not_valid(*wrong)
    return ListQuery(view=view, q=text, year=int(year) if year else None, sort=sort, page=int(page))


def _is_number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(high)) and low <= int(text) <= high
