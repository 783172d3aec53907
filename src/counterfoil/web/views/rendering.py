"""Views and templates into HTML. What is on a page: its noun's view and templates/; what it looks like: static/."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from types import CodeType
from zoneinfo import ZoneInfo

from babel.support import Translations
from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket
from msgspec.structs import replace

from counterfoil.billing.profile.addresses import place_of
from counterfoil.model import Client
from counterfoil.settings.features import EVERY_FEATURE, Feature
from counterfoil.web.text.catalogue import LANGUAGES, OWN_NAMES, SOURCE, locale_of, word_of
from counterfoil.web.text.formats import Formats
from counterfoil.web.text.overrides import Unreadable, overridden
from counterfoil.web.views.invoices import badges
from counterfoil.web.views.money.figures import open_parts
from counterfoil.web.views.navigation import entries, group_of, offered, tabs
from counterfoil.web.views.shell import Brand, Shell, View


class Renderer:
    """One Jinja environment a language, so that macros and formats know theirs without being told at each call.

    `asset` gives the address of a static file. `template_dir` overrides single templates by name; those are compiled
    here, so that one that is Unreadable stops the start; `texts_dir` single texts. A language and a template of ours
    cost their 10 ms when they are first asked for: all together they would be a third of a start, and 10 MB in every
    worker.
    """

    def __init__(
        self,
        brand: Brand,
        asset: Callable[[str], str],
        *,
        zone: ZoneInfo,
        template_dir: Path | None = None,
        texts_dir: Path | None = None,
        features: frozenset[Feature] = EVERY_FEATURE,
    ) -> None:
        self._globals = {"brand": brand, "asset": asset, "badges": badges, "open_parts": open_parts}
        self._globals |= {"entries": entries, "tabs": tabs, "group_of": group_of}
        self._globals |= {"features": features, "languages": OWN_NAMES}
        self._features = features
        self._zone, self._template_dir, self._texts_dir = zone, template_dir, texts_dir
        self._ours = Renderer(brand, asset, zone=zone, features=features) if template_dir or texts_dir else self
        self.broken: set[str] = set()
        """Templates of pages that could not be rendered when they were last asked for."""
        self._compiled = _CompiledOnce()
        self._environments: dict[str, Environment] = {}
        for language in LANGUAGES if texts_dir else ():
            overridden(language, texts_dir)
        if template_dir:
            for name in FileSystemLoader(template_dir).list_templates():
                if name.endswith(".html"):
                    self._compile(name)

    def _compile(self, name: str) -> None:
        try:
            self._environment(SOURCE).get_template(name)
        except TemplateSyntaxError as error:
            raise Unreadable(f"{name}, line {error.lineno}: {error.message}") from error
        except (UnicodeDecodeError, OSError) as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error

    def page(self, view: View, shell: Shell) -> bytes:
        """The whole page. The same view and shell give the same bytes, whenever they are rendered.

        Raises PageBroken where an operator's template or text cannot be rendered.
        """
        if self._features != EVERY_FEATURE:
            shell = replace(shell, nav=offered(shell.nav, self._features))
        if self._ours is self:
            return self._rendered(view, shell)
        try:
            page = self._rendered(view, shell)
        except Exception as error:
            self.broken.add(view.template)
            raise PageBroken(view.template) from error  # whatever a template does, it may raise
        self.broken.discard(view.template)
        return page

    def our_page(self, view: View, shell: Shell) -> bytes:
        """Without anything of the operator's but the brand: for when theirs is broken."""
        return self._ours.page(view, shell)

    def _rendered(self, view: View, shell: Shell) -> bytes:
        template = self._environment(shell.language).get_template(view.template)
        return template.render(page=view, shell=shell).encode()

    def _environment(self, language: str) -> Environment:
        known = self._environments.get(language)
        if known is None:
            texts = overridden(language, self._texts_dir)
            known = _environment(language, texts, self._zone, self._template_dir, self._compiled)
            known.globals |= self._globals
            self._environments[language] = known
        return known


class PageBroken(Exception):
    """An operator's template or text cannot be rendered; what it was, is its cause."""


class _CompiledOnce(BytecodeCache):
    """The languages' environments share what was compiled: the code is the same, only the globals differ."""

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._code.get(bucket.key, ("", None))
        if code is not None and checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key] = (bucket.checksum, bucket.code)


def _environment(
    language: str, known: Translations, zone: ZoneInfo, template_dir: Path | None, compiled: BytecodeCache
) -> Environment:
    own = PackageLoader("counterfoil.web", "templates")
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(template_dir), own]) if template_dir else own,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=compiled,
        extensions=["jinja2.ext.i18n"],
    )
    locale, word = locale_of(language), word_of(known)
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the i18n extension adds it
        word, known.ungettext, newstyle=True, pgettext=known.upgettext, npgettext=known.unpgettext
    )
    formats = Formats(locale, zone)
    environment.filters |= {
        "money": formats.money,
        "axis_labels": formats.axis_labels,
        "money_forms": formats.money_forms,
        "date": formats.date,
        "month": formats.month,
        "month_of_year": formats.month_of_year,
        "time": formats.time,
        "number": formats.number,
        "listed": formats.listed,
        "word": word,
        "negative": formats.negative,
        "percent": formats.percent,
        "country": formats.country,
        "place": _place,
    }
    environment.globals |= {
        "language": language,
        "direction": locale.text_direction,
        "day_ends": partial(_day_ends, zone),
    }
    return environment


def _day_ends(zone: ZoneInfo, day: date) -> str:
    """When "due today" is over, as a script reads it."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).isoformat()


def _place(client: Client) -> str:
    return place_of(client.country, client.city, client.state, client.postcode)
