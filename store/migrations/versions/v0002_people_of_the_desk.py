"""Which rows say who works here, and what a customer is worth to the shop?"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ELSEWHERE = sa.text("external_id <> ''")


def upgrade() -> None:
    # Added in place, never copied: all that stands in the row stays, and so do its triggers.
    op.add_column("people", sa.Column("tier", sa.String(), nullable=False, server_default="standard"))
    op.add_column(
        "people", sa.Column("order_value", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("people", sa.Column("external_id", sa.String(), nullable=False, server_default=""))
    op.create_index("people_by_email", "people", ["email"])
    op.create_index(
        "people_by_external_id",
        "people",
        ["external_id"],
        unique=True,
        sqlite_where=ELSEWHERE,
        postgresql_where=ELSEWHERE,
    )
    create_agents()
    create_rotations()


def create_agents() -> None:
    op.create_table(
        "agents",
        sa.Column("person_id", sa.String(), primary_key=True),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("hours", sa.JSON()),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("on_leave_until", sa.BigInteger()),
    )


def create_rotations() -> None:
    op.create_table(
        "rotations",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("rotation", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "rotation_overrides",
        sa.Column("override_id", sa.String(), primary_key=True),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
    )
    op.create_index("rotation_overrides_by_end", "rotation_overrides", ["ends"])
