"""Which rows are the world in which approved changes happen until a real shop is connected?"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_shop()
    create_accounts()
    create_community()
    create_workshop()
    op.create_table(
        "sample_writes",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
    )


def create_shop() -> None:
    keep("orders", "order_id", *texts("person_id status address_id currency"), money("total"))
    keep("order_lines", "line_id", *texts("order_id person_id sku"), count("quantity"), money("unit_price"))
    keep("parts", "sku", *texts("name currency"), money("unit_price"), count("on_hand"))
    columns = texts("order_id person_id status currency")
    keep("payments", "payment_id", *columns, money("amount"), money("refunded"))
    keep("refunds", "refund_id", *texts("payment_id person_id status currency"), money("amount"))
    keep("exchanges", "exchange_id", *texts("line_id person_id status sku"), count("quantity"))
    keep("addresses", "address_id", *texts("person_id name street city postcode country"))
    keep("invoices", "invoice_id", *texts("order_id person_id status"))


def create_accounts() -> None:
    columns = texts("person_id status")
    keep("accounts", "account_id", *columns, count("failed_sign_ins"), yes_no("billing_access"))
    keep("account_sessions", "session_id", *texts("account_id person_id"), yes_no("is_live"))
    keep("integrations", "integration_id", *texts("person_id provider status fault"), count("position"))
    keep("privacy_requests", "request_id", *texts("person_id wish status"), money("due"))


def create_community() -> None:
    keep("submissions", "submission_id", *texts("person_id form status fault"), count("attempts"))
    keep("posts", "post_id", *texts("person_id status"))
    keep("reports", "report_id", *texts("post_id person_id reason status"))
    keep("blocks", "block_id", *texts("person_id blocked_id status"))


def create_workshop() -> None:
    keep("slots", "slot_id", *texts("workshop"), money("begins"), count("places"), count("taken"))
    keep("bookings", "booking_id", *texts("person_id slot_id status"))
    keep("waitings", "waiting_id", *texts("person_id slot_id status"))


def keep(name: str, key: str, *columns: sa.Column[Any]) -> None:
    op.create_table(f"sample_{name}", sa.Column(key, sa.String(), primary_key=True), *columns)


def texts(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names.split()]


def count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def money(name: str) -> sa.Column[Any]:
    """A moment is as long a number as an amount."""
    return sa.Column(name, sa.BigInteger(), nullable=False)


def yes_no(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)
