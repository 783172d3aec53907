"""On the smallest phone everything can be read, however long the words and amounts are."""

import pytest
from playwright.sync_api import Page

from tests.conftest import OpenPage
from tests.web.views.served import visited
from tests.web.views.specimens_at_length import long_pages

LONGEST_WORD = 10
"""Characters that must stand on one line, of a word or of an amount's digits."""

UNREADABLE = """
longest => {
  const found = [];
  const shown = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement;
    // Strips scroll sideways, and the script shows what is chosen of them.
    const isHidden = parent.closest('caption, [aria-hidden], .chips, .tabs')
      || getComputedStyle(parent).clipPath !== 'none';
    if (!text.data.trim() || !parent.checkVisibility() || isHidden) continue;
    const range = document.createRange();
    // Lies over the page while it is open, but stands within it.
    const panel = parent.closest('.menu-panel');
    const card = parent.closest('.card, .figures, main').getBoundingClientRect();
    for (const { 0: word, index } of text.data.matchAll(/[^\\s\\u3000-\\u9fff\\uff00-\\uffef]+/g)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
      const isWhole = word.length <= longest || /\\d[.,\\u202f]\\d{3}/.test(word);
      if (isWhole && boxes.length > 1) found.push(`broken: ${word}`);
      for (const box of boxes) {
        if (box.left < card.left || box.right > card.right + 0.5) found.push(`cut off: ${word}`);
        for (const other of shown.filter((each) => each.panel === panel)) {
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          // Boxes are as high as the font, which may be more than the line.
          if (wide > 1 && high > box.height / 2) found.push(`${word} over ${other.word}`);
        }
      }
      shown.push(...boxes.map((box) => ({ box, panel, word })));
    }
  }
  return found;
}
"""


@pytest.mark.parametrize("width", [320, 390, 768])
def test_long_words_and_amounts(open_page: OpenPage, width: int) -> None:
    """No amount and no ordinary word is broken, cut off or covered."""
    page = open_page(viewport={"width": width, "height": 800})
    pages = long_pages()
    found = {name: unreadable(page) for name in visited(page, pages, pages)}
    assert {name: problems for name, problems in found.items() if problems} == {}


def unreadable(page: Page) -> list[str]:
    page.locator("main details").evaluate_all("all => all.forEach(each => { each.open = true })")
    problems: list[str] = page.evaluate(UNREADABLE, LONGEST_WORD)
    return problems
