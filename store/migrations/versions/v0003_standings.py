"""Which columns say how a ticket stood when it was last looked at?"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    none, no = sa.text("0"), sa.false()
    op.add_column("tickets", sa.Column("risk", sa.Integer(), nullable=False, server_default=none))
    op.add_column("tickets", sa.Column("risk_fixed", sa.Integer(), nullable=False, server_default=none))
    op.add_column("tickets", sa.Column("next_due", sa.BigInteger()))
    op.add_column("tickets", sa.Column("due_length", sa.BigInteger(), nullable=False, server_default=none))
    op.add_column("tickets", sa.Column("due_in_hours", sa.Boolean(), nullable=False, server_default=no))
    op.create_index("tickets_by_risk", "tickets", ["risk", "number"])
    op.create_index("tickets_by_due", "tickets", ["next_due"])
