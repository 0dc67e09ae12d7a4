"""Where does it stand how a ticket stood? In a narrow row of its own: thousands change each minute."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NEVER = "9007199254740991"
MOVE = """
INSERT INTO standings (number, risk, risk_fixed, due, due_length, due_in_hours)
SELECT number, risk, risk_fixed, coalesce(next_due, 9007199254740991), due_length, due_in_hours FROM tickets
"""


def upgrade() -> None:
    none = sa.text("0")
    op.create_table(
        "standings",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("risk", sa.Integer(), nullable=False, server_default=none),
        sa.Column("risk_fixed", sa.Integer(), nullable=False, server_default=none),
        sa.Column("due", sa.BigInteger(), nullable=False, server_default=sa.text(NEVER)),
        sa.Column("due_length", sa.BigInteger(), nullable=False, server_default=none),
        sa.Column("due_in_hours", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(MOVE)
    op.create_index("standings_by_risk", "standings", ["risk", "number"])
    op.create_index("standings_by_due", "standings", ["due", "number"])
    for index in ("tickets_by_risk", "tickets_by_due"):
        op.drop_index(index, "tickets")
    for column in ("risk", "risk_fixed", "next_due", "due_length", "due_in_hours"):
        op.drop_column("tickets", column)
