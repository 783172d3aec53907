"""The look at an operator's own templates and texts. At the start: whether they can be read. The doctor's: names that
mean nothing, and pages that would break.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, PackageLoader, TemplateError, TemplateSyntaxError, meta
from msgspec.structs import replace

from counterfoil.cli.findings import Finding, fail, ok
from counterfoil.settings import Settings
from counterfoil.web import routes
from counterfoil.web.http.assets import Assets
from counterfoil.web.text.catalogue import LANGUAGES
from counterfoil.web.text.overrides import Unreadable, problems_of
from counterfoil.web.views.navigation import HOME, INVOICES, PROFILE
from counterfoil.web.views.rendering import PageBroken, Renderer
from counterfoil.web.views.shell import Shell, View, brand_of
from counterfoil.web.views.white_label.specimens import every_view, specimens

MOST = 5
"""Pages that are told of: a broken head breaks them all."""

_SHELLS = (
    Shell("en", here="/"),
    Shell("en", True, "Specimen", "Specimen Ltd.", True, nav=(HOME, INVOICES, PROFILE), here="/"),
)


def require_readable(settings: Settings) -> None:
    """One line in the place of a traceback from every worker."""
    try:
        _renderer(settings)
    except Unreadable as error:
        said = f"The operator's own texts and templates: {error}."
        raise click.ClickException(f"{said} See docs/templates.md; counterfoil doctor names them all.") from None


def white_label(settings: Settings) -> Iterator[Finding]:
    """Nothing, where nothing is the operator's own."""
    texts = list(_texts(settings.texts_dir)) if settings.texts_dir else []
    yield from texts
    named = list(_names(settings.template_dir)) if settings.template_dir else []
    yield from named
    if not texts and not named and (settings.template_dir or settings.texts_dir):
        broken = list(_broken(settings))
        yield from broken[:MOST]
        if not broken:
            yield ok("templates", "the operator's own templates and texts show every page")


def _texts(folder: Path) -> Iterator[Finding]:
    for file in sorted(each for each in folder.iterdir() if each.is_file()):
        for problem in problems_of(file):
            yield fail("texts", f"{file.name}: {problem}", "See docs/templates.md.")


def _names(folder: Path) -> Iterator[Finding]:
    """Files that take no template's place and that none of the operator's own uses; and those that cannot be read."""
    environment, ours = Environment(extensions=["jinja2.ext.i18n"], autoescape=True), set(our_templates())
    theirs = FileSystemLoader(folder).list_templates()
    used: set[str | None] = set()
    for name in theirs:
        try:
            used |= set(meta.find_referenced_templates(environment.parse((folder / name).read_text(encoding="utf-8"))))
        except TemplateSyntaxError as error:
            yield fail("templates", f"{name}, line {error.lineno}: {error.message}", "Nothing starts with it.")
        except (UnicodeDecodeError, TemplateError) as error:
            yield fail("templates", f"{name} cannot be read: {type(error).__name__}", "Write it in UTF-8.")
    for name in (each for each in theirs if each not in ours and each not in used):
        near = get_close_matches(name, ours, 1)
        advice = f"Did you mean {near[0]}? " if near else ""
        yield fail("templates", f"{name} takes no template's place", advice + "docs/templates.md lists their names.")


def our_templates() -> list[str]:
    return PackageLoader("counterfoil.web", "templates").list_templates()


def _broken(settings: Settings) -> Iterator[Finding]:
    """Every page in every language, with much and with little in it."""
    assert routes.HANDLERS  # noqa: S101 -- whose modules have all the pages
    renderer = _renderer(settings)
    for kind in every_view():
        if said := _fault(renderer, specimens(kind)):
            yield fail("templates", f"{kind.template}: {said}", "Until it is mended customers get an error page.")


def _renderer(settings: Settings) -> Renderer:
    return Renderer(
        brand_of(settings),
        Assets(settings.brand_accent, settings.brand_name).address,
        zone=settings.whmcs_timezone,
        template_dir=settings.template_dir,
        texts_dir=settings.texts_dir,
        features=settings.features,
    )


def _fault(renderer: Renderer, pages: tuple[View, View]) -> str:
    for page in pages:
        for shell in _SHELLS:
            for language in LANGUAGES:
                try:
                    renderer.page(page, replace(shell, language=language))
                except PageBroken as broken:
                    return f"{type(broken.__cause__).__name__}: {broken.__cause__}"
    return ""
