"""The tables, in SQLAlchemy Core. A change here needs a migration (migrations/versions), and HEAD its number."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
)

from counterfoil.db import audit_tables, columns
from counterfoil.db.columns import PlainText, UtcTime

HEAD = "0017"
"""The schema that this version works with. A test compares it with the newest migration, so that asking whether the
database is current need not load Alembic."""


metadata = columns.metadata

# One row, which a migration that is not only adding raises to its own number: which releases may run beside the schema.
schema_floor = Table(
    "schema_floor",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("oldest", PlainText, nullable=False),
)

audit_entry, audit_head = audit_tables.audit_entry, audit_tables.audit_head

# A person: whoever `issuer` calls `subject`. E-mail and name are what the issuer said at the last sign-in.
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer", PlainText, nullable=False),
    Column("subject", PlainText, nullable=False),
    Column("email", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    # Empty on installations that have no users apart from clients (WHMCS 7).
    Column("whmcs_user_id", BigInteger, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("signed_in_at", UtcTime, nullable=False),
    # By a claim of the issuer, at the last sign-in. Whom `counterfoil staff grant` made staff: table staff.
    Column("is_staff", Boolean, nullable=False, server_default=false()),
    # What they could see and do when they were seen last, as JSON: accounts/doubts.py.
    Column("rights", PlainText),
    UniqueConstraint("issuer", "subject"),
)

session = Table(
    "session",
    metadata,
    # SHA-256, hexadecimal, of the random part of the cookie. The cookie itself is nowhere.
    Column("id_hash", PlainText, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    # The WHMCS client that is looked at; empty when there is none.
    Column("client_id", BigInteger),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("user_agent", PlainText, nullable=False),
    # WHMCS said then that the user changed, and not what: accounts/doubts.py.
    Column("doubted_at", UtcTime),
    # The password was given then, or the provider says that it was; empty where it does not say.
    Column("proven_at", UtcTime),
)

# What a person's own programs are let in with: accounts/tokens.py.
access_token = Table(
    "access_token",
    metadata,
    # SHA-256, hexadecimal, of the token, which is nowhere.
    Column("id_hash", PlainText, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", BigInteger, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("scope", PlainText, nullable=False),  # "read" or "pay"
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    # As for sessions.
    Column("doubted_at", UtcTime),
)

# What staff said about a WHMCS user and a client, over what WHMCS says: accounts/links.py. `email`, as accounts.emails
# writes it, is by which they were found; a row without `user_id` is bound to nobody.
link = Table(
    "link",
    metadata,
    Column("email", PlainText, primary_key=True),
    Column("client_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", PlainText, nullable=False),  # "linked" or "unlinked"
    Column("created_at", UtcTime, nullable=False),
    Column("by", PlainText, nullable=False),
    Column("user_id", BigInteger, index=True),
)

staff = Table(
    "staff",
    metadata,
    Column("email", PlainText, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("user_id", BigInteger, index=True),
)

# What every process must hear of: people about whom staff decided something ("rights"), sessions that a command ended
# ("session") and lock-outs that one lifted ("lock_out"): accounts/notices.py.
decision_notice = Table(
    "decision_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", PlainText, nullable=False, server_default="rights"),
    # Which session, or whose lock-out.
    Column("name", PlainText, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("type", PlainText, nullable=False),
    Column("client_id", BigInteger, index=True),
    Column("invoice_id", BigInteger, index=True),
    Column("received_at", UtcTime, nullable=False),
    Column("effect", PlainText, nullable=False),
    # When the effect was known to hold in every process; empty while it is not, so that the sender's next try counts.
    Column("held_at", UtcTime, key="applied_at"),
    Index("ix_webhook_event_received_at", "received_at"),
)

# One row, once WHMCS's addon has sent something. `seen`: every number of the series up to it is applied.
change_feed = Table(
    "change_feed",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("series", PlainText, nullable=False),
    Column("seen", BigInteger),
    Column("asked_at", UtcTime, nullable=False),
)

# An order and how far it has come: orders/repository.py says what the columns mean.
portal_order = Table(
    "portal_order",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("origin", PlainText, nullable=False),  # "portal" or "salesforce"
    # Empty when Salesforce's account names no client.
    Column("client_id", BigInteger, index=True),
    # Who placed it; empty when sales staff did.
    Column("account_id", Integer, index=True),
    Column("idempotency_key", PlainText),
    Column("body_hash", PlainText),
    Column("gateway", PlainText, nullable=False),
    Column("items", PlainText, nullable=False),  # JSON
    Column("status", PlainText, nullable=False),
    Column("step", PlainText, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcTime, index=True),
    Column("struggling_since", UtcTime),
    Column("owner", PlainText),
    Column("lease_until", UtcTime),
    Column("error_code", PlainText),
    Column("salesforce_id", PlainText, unique=True),
    Column("told", PlainText, nullable=False),
    Column("telling_tries", Integer, nullable=False, server_default="0"),
    Column("telling_since", UtcTime),
    Column("telling_reason", PlainText),
    Column("intent_at", UtcTime),
    Column("newest_before", BigInteger),
    # The client while AddOrder is under way: one at a time, or a look afterwards could take one order for another.
    Column("placing_client_id", BigInteger, unique=True),
    Column("whmcs_order_id", BigInteger, index=True),
    Column("whmcs_invoice_id", BigInteger),
    Column("whmcs_service_ids", PlainText, nullable=False),  # JSON
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("client_id", "idempotency_key"),
    # Nearly all orders are active and stay for good: those that are not are counted each half minute, and listed.
    Index("ix_portal_order_status", "status", "updated_at"),
    # Of those that Salesforce is yet to hear of alone (migration 0017): said here it would load both dialects, 17 ms.
    Index("ix_portal_order_untold", "updated_at"),
)

# What happened to an order, for staff.
order_event = Table(
    "order_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("portal_order.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("step", PlainText, nullable=False),
    Column("outcome", PlainText, nullable=False),
)

# Approved orders of Salesforce that were taken up and may still stand as Requested: orders/attempts.py.
approval_attempt = Table(
    "approval_attempt",
    metadata,
    Column("salesforce_id", PlainText, primary_key=True),
    Column("modstamp", PlainText, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("again_at", UtcTime, nullable=False),
    # Why it could not be taken up; empty while nothing speaks against it.
    Column("reason", PlainText, nullable=False),
)

# Calls to Salesforce of all processes, by the hour since 1970: orders/crm_calls.py.
salesforce_calls = Table(
    "salesforce_calls",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
)

# Who was sent to WHMCS to pay what, and what came of it: billing/payment_attempts.py.
payment_attempt = Table(
    "payment_attempt",
    metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", BigInteger, primary_key=True),
    Column("invoice_id", BigInteger, primary_key=True),
    Column("begun_at", UtcTime, nullable=False),
    Column("opened_at", UtcTime),  # there is a link
    Column("failed_at", UtcTime),  # there is none
    Column("returned_at", UtcTime),
)

# What only one process of all may do at a time.
lease = Table(
    "lease",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("until", UtcTime, nullable=False),
)
