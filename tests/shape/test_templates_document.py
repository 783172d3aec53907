"""docs/templates.md: what each template gets, as the code has it."""

from tests.shape.sources import text
from tools.templates import document


def test_the_variables_of_each_template_are_those_of_the_code() -> None:
    """`make docs` writes them."""
    assert text("docs/templates.md") == document(), "Run: make docs"


def test_what_every_template_has_is_explained() -> None:
    """Each global and each filter is named."""
    rendering = text("src/counterfoil/web/views/rendering.py")
    explained = text("docs/templates.md").partition("<!-- Below")[0]
    named = [each.split('"')[1] for each in rendering.splitlines() if each.lstrip().startswith('"') and '": ' in each]
    assert named
    assert [each for each in named if f"`{each}" not in explained and f", `{each}`" not in explained] == []
