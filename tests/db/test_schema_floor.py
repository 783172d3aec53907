"""Which releases may work with which schemas: docs/adr/0017-an-older-release-on-a-newer-schema.md."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic_command
from alembic.config import Config
from alembic.script import ScriptDirectory
from click import ClickException
from click.testing import CliRunner
from sqlalchemy import Connection, select, text, update
from sqlalchemy import inspect as inspect_database

import counterfoil.db
from counterfoil.accounts.commands import links
from counterfoil.cli.portal_checks import database
from counterfoil.cli.serving import prepare_database
from counterfoil.db.commands import migrate
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import upgrade
from counterfoil.db.tables import HEAD, schema_floor
from counterfoil.settings import load
from tests.db.conftest import environment


def test_schema_of_a_newer_version_that_only_added_is_used(url: str) -> None:
    """The release before starts on it and works on: while machines are upgraded one by one, and after a rollback."""
    ahead(url, HEAD)
    for command, said in ((migrate, "The database was up to date already.\n"), (links, "")):
        result = CliRunner().invoke(command, env=environment(url))
        assert (result.exit_code, said in result.output) == (0, True)
    asyncio.run(prepare_database(url))
    found = asyncio.run(database(load(environment(url), Path("/nonexistent"))))
    assert (found.verdict, "schema to 9999" in found.message) == ("ok", True)


def test_schema_of_a_newer_version_that_took_something_away_is_left_alone(url: str) -> None:
    """Every command says so in one line, and touches nothing; the doctor too, and serve."""
    ahead(url, "9998")
    refused = "database has schema 9999, which is newer than this version's"
    for command in (migrate, links):
        result = CliRunner().invoke(command, env=environment(url))
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert refused in result.output
        assert "only versions from schema 9998 on" in result.output
    with pytest.raises(ClickException, match=refused):
        asyncio.run(prepare_database(url))
    found = asyncio.run(database(load(environment(url), Path("/nonexistent"))))
    assert (found.verdict, refused in found.message, "Upgrade Counterfoil" in found.advice) == ("fail", True, True)


def ahead(url: str, floor: str) -> None:
    """Brought to a schema of a later release."""

    async def bring() -> None:
        await upgrade(url)
        engine = make_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            await connection.execute(update(schema_floor).values(oldest=floor))
        await engine.dispose()

    asyncio.run(bring())


def test_a_migration_only_adds_or_raises_the_floor(url: str) -> None:
    """What each migration does to the tables that are there: an older release goes on reading and writing them, or is
    told that it may not.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(counterfoil.db.__file__).parent / "migrations"))
    revisions = [each.revision for each in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]

    async def through() -> None:
        engine = make_engine(url)
        before: Tables = {}
        for revision in revisions:
            async with engine.begin() as connection:
                after, floor = await connection.run_sync(lambda bare, to=revision: step(config, bare, to))
            if taken := taken_away(before, after):
                assert floor is not None, f"{revision}: {taken}"
                assert floor >= revision, f"{revision} does not raise the floor: {taken}"
            before = after
        await engine.dispose()

    asyncio.run(through())


def test_what_an_older_release_would_stumble_over_is_seen() -> None:
    """Each kind of change that is not only adding."""
    before = {"t": {"column a": "TEXT", "column b": "TEXT NOT NULL", "unique": ["a"]}}
    for change, seen in (
        ({}, "t is gone"),
        ({"t": {"column a": "TEXT", "unique": ["a"]}}, "t: column b is gone"),
        ({"t": before["t"] | {"column a": "TEXT NOT NULL"}}, "t: column a is another"),
        ({"t": before["t"] | {"column c": "TEXT NOT NULL"}}, "t: column c must be given"),
        ({"t": before["t"] | {"unique": ["a", "b"]}}, "t: unique is another"),
    ):
        assert taken_away(before, change) == [seen]
    more = {"t": before["t"] | {"column c": "TEXT", "column d": "TEXT NOT NULL DEFAULT"}, "new": {"column a": "TEXT"}}
    assert taken_away(before, more) == []


Tables = dict[str, dict[str, Any]]
"""By table: what an older release relies on."""


def step(config: Config, connection: Connection, revision: str) -> tuple[Tables, str | None]:
    config.attributes["connection"] = connection
    alembic_command.upgrade(config, revision)
    seen = inspect_database(connection)
    tables = {name: shape(connection, name) for name in seen.get_table_names() if name != "alembic_version"}
    floor = connection.execute(select(schema_floor.c.oldest)).scalar() if schema_floor.name in tables else None
    return tables, floor


def shape(connection: Connection, table: str) -> dict[str, Any]:
    seen = inspect_database(connection)
    found: dict[str, Any] = {
        "primary key": seen.get_pk_constraint(table)["constrained_columns"],
        "unique": sorted(each["column_names"] for each in seen.get_unique_constraints(table)),
        "unique indexes": sorted(str(each["column_names"]) for each in seen.get_indexes(table) if each["unique"]),
        "foreign keys": sorted(str(each["constrained_columns"]) for each in seen.get_foreign_keys(table)),
        "checks": sorted(str(each["sqltext"]) for each in seen.get_check_constraints(table)),
    }
    for column in seen.get_columns(table):
        needed = "" if column["nullable"] else " NOT NULL" + (" DEFAULT" if column["default"] is not None else "")
        found[f"column {column['name']}"] = f"{column['type']}{needed}"
    return found


def taken_away(before: Tables, after: Tables) -> list[str]:
    said = [f"{table} is gone" for table in before if table not in after]
    for table, had in before.items():
        has = after.get(table, had)
        for name, what in had.items():
            if name not in has:
                said.append(f"{table}: {name} is gone")
            elif has[name] != what:
                said.append(f"{table}: {name} is another")
        new = [name for name in has if name not in had]
        said += [f"{table}: {name} must be given" for name in new if str(has[name]).endswith("NOT NULL")]
    return said
