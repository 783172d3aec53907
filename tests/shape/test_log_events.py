"""docs/log-events.md lists what is logged, as the code has it."""

import ast

from tests.shape.sources import modules, text
from tools.docs import with_made
from tools.log_events import events_table, log_events, meanings


def test_every_event_is_in_the_document() -> None:
    """With its level and its fields. After a change: make docs, and say what it means."""
    document = text("docs/log-events.md")
    assert document == with_made(document, events_table(document))
    assert len(log_events()) > 50


def test_every_event_is_explained() -> None:
    """What it means, or what to do: more than its own words."""
    said = meanings(text("docs/log-events.md"))
    assert [event for event, meaning in said.items() if len(meaning) < 10] == []


def test_every_logger_has_the_name_that_is_looked_for() -> None:
    """`_log`, or nothing of it would be in the document."""
    names = {
        target.id
        for _, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("structlog.get_logger")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert names == {"_log"}
