"""The documentation site, as `make site` builds it."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import running_browser
from tests.shape.sources import ROOT, tracked

pytestmark = pytest.mark.timeout(900)
"""The build takes ten seconds of a processor, which other tests may want too."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "site"
    command = ["tools/site/build", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)
    # The build is strict: a link, an anchor or a picture that is not there, and a page in no list, are findings.
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    """And in the navigation of every page."""
    documents = [path.relative_to(ROOT) for path in tracked() if path.suffix == ".md" and "deploy" not in path.parts]
    assert [str(path) for path in documents if not (site / path).with_suffix(".html").is_file()] == []
    navigation = (site / "docs/settings.html").read_text(encoding="utf-8").partition('<div class="main">')[0]
    for name in ("install", "operations", "freshness", "tour"):
        assert f'href="{name}.html"' in navigation


OUTSIDE = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=["'](?:https?:)?//[^"']+"""
    r"""|<link\b[^>]*\bhref=["'](?:https?:)?//[^"']+|url\(\s*["']?(?:https?:)?//[^)]+|@import[^;]+"""
)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture of the site has an address on another host."""
    texts = [path for path in site.rglob("*") if path.suffix in {".html", ".css"}]
    assert len(texts) > 40
    found = {path.name: OUTSIDE.findall(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


@pytest.mark.parametrize(
    "planted",
    ['<script async src="https://cdn.example.com/x.js">', '<link rel="stylesheet" href="//fonts.example.com/a">',
     'a { background: url("https://example.com/a.png") }', '<img alt="" src="http://example.com/a.png">'],
)  # fmt: skip
def test_what_is_loaded_from_elsewhere_would_be_seen(planted: str) -> None:
    assert OUTSIDE.search(planted)


def test_it_is_read_and_searched_from_a_folder(site: Path) -> None:
    """Opened as files, without a server: the front page leads on, the search finds, and nothing is asked elsewhere."""
    with running_browser() as browser:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "index.html").as_uri())
        expect(page.get_by_role("heading", level=1, name="Counterfoil")).to_be_visible(timeout=30_000)
        page.goto(f"{(site / 'search.html').as_uri()}?q=invoice_not_payable")
        expect(page.locator("#search-results a", has_text="Errors").first).to_be_visible(timeout=30_000)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
