"""docs/secrets.md: the order in which secrets are changed, and what the wrong one does."""

import base64
import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import text as sql
from standardwebhooks import Webhook

from counterfoil.accounts.cookies import CookieJar
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import upgrade
from counterfoil.settings import Settings, parsers
from counterfoil.signing import BadSignature, verify
from tests.servers import PostgresServer
from tests.shape.sources import text

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = {"old": OLD, "new": NEW}
WEBHOOK_KEYS = {"old": "whsec_" + base64.b64encode(OLD).decode(), "new": "whsec_" + base64.b64encode(NEW).decode()}


def jar(value: str) -> CookieJar:
    return CookieJar([KEYS[name] for name in value.split(",")])


def everybody_stays(before: str, after: str) -> bool:
    """Machines with the one value and with the other read each other's cookies."""
    written = {value: jar(value).write("r" * 43, 1) for value in (before, after)}
    return all(jar(reader).read(written[writer]) for reader, writer in ((before, after), (after, before)))


def steps() -> list[str]:
    return re.findall(r"^\| [1-3] \| `([a-z,]+)`", text("docs/secrets.md"), re.MULTILINE)


def test_the_steps_of_the_document_sign_nobody_out() -> None:
    """Each step, while some machines have it and some still the one before."""
    assert steps() == ["old,new", "new,old", "new"]
    assert all(everybody_stays(before, after) for before, after in pairwise(["old", *steps()]))


@pytest.mark.parametrize(("before", "after"), [("old", "new"), ("old", "new,old"), ("old,new", "new")])
def test_the_wrong_order_does(before: str, after: str) -> None:
    """Which is why the document names each of them."""
    assert not everybody_stays(before, after)
    wrong = text("docs/secrets.md").partition("### In the wrong order")[2]
    assert f"| `{after}`" in wrong


def accepted(sender: str, receiver: str) -> bool:
    """Whether a webhook of a sender with these secrets is taken by a portal with those."""
    known = parsers.webhook_secrets(",".join(WEBHOOK_KEYS[name] for name in receiver.split(",")))
    now = datetime.now(UTC)
    signatures = [Webhook(WEBHOOK_KEYS[name]).sign("msg_1", now, "{}") for name in sender.split(",")]
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp()))}
    try:
        verify(known, headers | {"webhook-signature": " ".join(signatures)}, b"{}", now.timestamp())
    except BadSignature:
        return False
    return True


def test_webhook_secrets_in_two_steps_refuse_nothing() -> None:
    """The portal first, or the addon first with both; a sender that is alone with the new one is refused."""
    assert all(
        accepted(sender, receiver) for sender, receiver in [("old", "old,new"), ("new", "old,new"), ("new", "new")]
    )
    assert all(accepted("new,old", receiver) for receiver in ("old", "new"))
    assert not accepted("new", "old")
    assert not accepted("old", "new")


def test_the_document_knows_which_secrets_take_a_list() -> None:
    """Each secret has a row, and the row says what the setting does."""
    rows = re.findall(r"^\| (`.+?) \| (yes|no)\b", text("docs/secrets.md"), re.MULTILINE)
    said = {name.lower(): lists for cell, lists in rows for name in re.findall(r"`([A-Z_]+)`", cell)}
    secrets = {name: field for name, field in Settings.__dataclass_fields__.items() if field.metadata["secret"]}
    assert said.keys() == secrets.keys()
    takes = {name for name, field in secrets.items() if field.type in {"tuple[bytes, ...]", tuple[bytes, ...]}}
    assert {name for name, lists in said.items() if lists == "yes"} == takes


@pytest.mark.anyio
async def test_a_second_user_of_postgresql_takes_over(postgres_process: PostgresServer) -> None:
    """As the document's statements make it: it works with the tables of the first, who may not sign in any more, and
    what it adds belongs to the first as well, so that they can take turns.
    """
    server, given = postgres_process, postgres_process.new_database()
    address = given.replace("counterfoil@", "portal@")
    (statements,) = re.findall(r"```sql\n(.*?)```", text("docs/secrets.md"), re.DOTALL)
    server.execute("CREATE ROLE portal LOGIN")
    try:
        server.execute(f'ALTER DATABASE "{given.rpartition("/")[2]}" OWNER TO portal')
        await upgrade(address)
        for statement in statements.strip().splitlines():
            server.execute(statement)
        server.execute("ALTER ROLE portal NOLOGIN")
        engine = make_engine(address.replace("portal@", "portal_b@"))
        async with engine.begin() as connection:
            await connection.execute(sql("UPDATE schema_floor SET oldest = oldest"))
            await connection.execute(sql("CREATE TABLE later (id int)"))
            owners = await connection.scalars(
                sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname='public'")
            )
            assert set(owners) == {"portal"}
        await engine.dispose()
    finally:
        server.drop_database(given)
        server.execute("DROP ROLE IF EXISTS portal_b")
        server.execute("DROP ROLE portal")
