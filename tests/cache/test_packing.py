"""Records and entries as the document for operators shows them."""

import re

from counterfoil.cache.packing import mark_of, token_of, unpack_entry, unpack_record
from tests.shape.sources import text


def test_the_examples_of_the_document_are_records_and_entries() -> None:
    """docs/why-is-this-page-old.md explains what Redis holds byte by byte; this version reads its examples so."""
    record_line, entry_line = re.findall(r"^(2\S{20} .+)$", text("docs/why-is-this-page-old.md"), re.MULTILINE)
    record = unpack_record(record_line.encode())
    assert record is not None
    assert (record.nonce, record.edition, list(record.intents)) == ("Qm3vX0aYw8kD1sTz", 3, ["kJ8dGx2LmN4pQr6S"])
    assert record.settle_until < record.hot_until
    mark = mark_of(entry_line.encode())
    assert mark is not None
    assert token_of(mark) == f"{record.nonce}----"
    entry = unpack_entry(entry_line.encode() + b" []", mark, 0.0)
    assert entry is not None
    assert (entry.value, round(entry.expires_at - entry.as_of, 3)) == (b"[]", 90.0)
