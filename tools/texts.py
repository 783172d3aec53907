"""`make texts`: brings the catalogues in web/locale/ up to what the portal says. What is new has no translation yet."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import escape, read_po

from counterfoil import web
from counterfoil.accounts import vouching
from counterfoil.billing.hand_offs import payments, self_service
from counterfoil.errors import CounterfoilError
from counterfoil.stop_codes import StopCode
from counterfoil.web.http import http_errors
from counterfoil.web.text.catalogue import LANGUAGES, SOURCE
from tools.arguments import take_none

ROOM = Path(web.__file__).parent
CONTEXT = "\x04"

Text = str | tuple[str, ...]
"""With its context before it, where it has one; of a plural both forms."""

# Importing them makes their errors known to their base class.
assert http_errors.InternalError.code  # noqa: S101
assert vouching.NoBillingUser.code  # noqa: S101
assert payments.PaymentPageUnavailable.code  # noqa: S101
assert self_service.NoLongerOpen.code  # noqa: S101


def texts() -> frozenset[Text]:
    """Of templates, of code that marks them as translatable, of the errors, and of why orders stop."""
    kinds = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
    keywords = {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "translatable": None,
        "in_context": ((1, "c"), 2),
    }
    extracted = extract_from_dir(ROOM, kinds, options, keywords=keywords)
    found = {f"{context}{CONTEXT}{message}" if context else message for _, _, message, _, context in extracted}
    return frozenset(found | set(error_texts(CounterfoilError)) | {code.words for code in StopCode})


def error_texts(error: type[CounterfoilError]) -> Iterator[str]:
    for kind in error.__subclasses__():
        yield from (text for name in ("title", "detail") if (text := getattr(kind, name, "")))
        yield from error_texts(kind)


def read(text: str) -> Catalog:
    return read_po(BytesIO(text.encode()))


def of(catalogue: Catalog) -> Iterator[Text]:
    return (f"{each.context}{CONTEXT}{each.id}" if each.context else each.id for each in catalogue if each.id)


def updated(po: str, wanted: frozenset[Text]) -> tuple[str, int, int]:
    """The file with what is missing at its end and without what is used no more; how many of each."""
    catalogue = read(po)
    blocks = po.rstrip("\n").split("\n\n")
    kept = [blocks[0], *(block for block in blocks[1:] if set(of(read(f"{blocks[0]}\n\n{block}\n"))) <= wanted)]
    missing = sorted(wanted - set(of(catalogue)), key=str)
    new = [untranslated(text, catalogue.num_plurals) for text in missing]
    return "\n\n".join([*kept, *new]) + "\n", len(missing), len(blocks) - len(kept)


def untranslated(text: Text, plurals: int) -> str:
    if isinstance(text, tuple):
        forms = "\n".join(f'msgstr[{number}] ""' for number in range(plurals))
        return f"msgid {quoted(text[0])}\nmsgid_plural {quoted(text[1])}\n{forms}"
    context, _, message = text.rpartition(CONTEXT)
    return (f"msgctxt {quoted(context)}\n" if context else "") + f'msgid {quoted(message)}\nmsgstr ""'


def quoted(text: str) -> str:
    return escape(text)


def main() -> None:
    wanted = texts()
    for language in LANGUAGES:
        if language == SOURCE:
            continue  # the texts are its words
        path = ROOM / "locale" / f"{language}.po"
        po, missing, gone = updated(path.read_text(encoding="utf-8"), wanted)
        path.write_text(po, encoding="utf-8")
        print(f"{language}: {missing} to be translated, {gone} no longer used")


if __name__ == "__main__":
    take_none(__doc__)
    main()
