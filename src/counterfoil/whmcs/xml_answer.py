"""The bytes of an answer in XML -> what JSON would have said. Only asked for when WHMCS could not write JSON.

Strict: one whole document, no document type, no entities of its own, bounded. What PHP could not put into JSON, bytes
that are no UTF-8, becomes the replacement character, so that whatever needs the value exactly refuses it.
"""

import re
from typing import Any
from xml.parsers import expat

from counterfoil.whmcs.answer import as_answer, is_answer
from counterfoil.whmcs.failures import Failure

LARGEST = 8 * 1024 * 1024
"""Bytes. It is read in one go, at about 10 MB a second."""
DEEPEST = 12
MOST_ELEMENTS = 200_000

_ROOT = b"whmcsapi"
# What XML 1.0 does not allow, and a stored password may well hold.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(body: bytes) -> dict[str, Any]:
    """The one answer in `body`, with lists for elements that repeat. Raises Failure."""
    start, end = body.find(b"<" + _ROOT), body.rfind(b"</" + _ROOT + b">")
    if start < 0:
        raise Failure("html" if body.lstrip()[:1] == b"<" else "not_encodable" if body.strip() else "empty")
    if end < start:
        raise Failure("truncated")
    if b"<!" in body[:start]:
        _refuse()
    if len(body) > LARGEST:
        raise Failure("too_large")
    # PHP's warnings may stand around it, as they do around JSON.
    text = body[start : end + len(_ROOT) + 3].decode("utf-8", "replace")
    found = _Reader().read(_UNWRITABLE.sub("\ufffd", text))
    if not is_answer(found):
        raise Failure("not_an_answer")
    return as_answer(found, len(body))


class _Element:
    def __init__(self, name: str) -> None:
        self.name = name
        self.words: list[str] = []
        self.children: dict[str, list[Any]] = {}

    def value(self) -> Any:
        text = "".join(self.words)
        if not self.children:
            return text.strip()
        if text.strip():
            raise Failure("not_encodable")
        return {name: values[0] if len(values) == 1 else values for name, values in self.children.items()}


class _Reader:
    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._count = 0
        self._found: Any = None

    def read(self, text: str) -> Any:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ProcessingInstructionHandler = _refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError:
            raise Failure("not_encodable") from None
        return self._found

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise Failure("too_large")
        self._open.append(_Element(name))

    def _said(self, words: str) -> None:
        self._open[-1].words.append(words)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if self._open:
            self._open[-1].children.setdefault(element.name, []).append(element.value())
        else:
            self._found = element.value()


def _refuse(*_declared: object) -> None:
    raise Failure("not_encodable")
