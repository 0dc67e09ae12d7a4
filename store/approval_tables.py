"""Which rows do approvals keep? Private to store."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from store.tables import Moment, metadata

# Made from the events of the tickets' timelines, and written with them; `verify` makes them anew.
approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", String, primary_key=True),
    Column("ticket_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("action", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("replaced_by", String, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
    # None when the customer was erased.
    Column("request", JSON(none_as_null=True)),
    Index("approvals_by_ticket", "ticket_id", "requested_at"),
    Index("approvals_by_state", "state", "expires_at"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("approval_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

# What a button carries. Worth nothing without a person who may decide, nor after the card was replaced.
approval_tokens = Table(
    "approval_tokens",
    metadata,
    Column("token", String, primary_key=True),
    Column("approval_id", String, nullable=False),
    Column("digest", String, nullable=False),
    Index("approval_tokens_by_approval", "approval_id"),
)
