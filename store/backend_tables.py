"""Which rows does the sample backend keep? A small shop for parts of classic cars, in tables of its own."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table

from store.tables import Moment, metadata


def text(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def money(name: str) -> Column[int]:
    """In the smallest unit of its currency."""
    return Column(name, BigInteger, nullable=False)


def keep(name: str, key: str, *columns: Column[Any]) -> Table:
    return Table(f"sample_{name}", metadata, Column(key, String, primary_key=True), *columns)


orders = keep(
    "orders",
    "order_id",
    text("person_id"),
    text("status"),
    text("address_id"),
    text("currency"),
    money("total"),
)
order_lines = keep(
    "order_lines",
    "line_id",
    text("order_id"),
    text("person_id"),
    text("sku"),
    count("quantity"),
    money("unit_price"),
)
parts = keep("parts", "sku", text("name"), text("currency"), money("unit_price"), count("on_hand"))
payments = keep(
    "payments",
    "payment_id",
    text("order_id"),
    text("person_id"),
    text("status"),
    text("currency"),
    money("amount"),
    money("refunded"),
)
refunds = keep(
    "refunds",
    "refund_id",
    text("payment_id"),
    text("person_id"),
    text("status"),
    text("currency"),
    money("amount"),
)
exchanges = keep(
    "exchanges",
    "exchange_id",
    text("line_id"),
    text("person_id"),
    text("status"),
    text("sku"),
    count("quantity"),
)
addresses = keep(
    "addresses",
    "address_id",
    text("person_id"),
    text("name"),
    text("street"),
    text("city"),
    text("postcode"),
    text("country"),
)
accounts = keep(
    "accounts",
    "account_id",
    text("person_id"),
    text("status"),
    count("failed_sign_ins"),
    Column("billing_access", Boolean, nullable=False),
)
account_sessions = keep(
    "account_sessions",
    "session_id",
    text("account_id"),
    text("person_id"),
    Column("is_live", Boolean, nullable=False),
)
submissions = keep(
    "submissions",
    "submission_id",
    text("person_id"),
    text("form"),
    text("status"),
    text("fault"),
    count("attempts"),
)
posts = keep("posts", "post_id", text("person_id"), text("status"))
reports = keep("reports", "report_id", text("post_id"), text("person_id"), text("reason"), text("status"))
blocks = keep("blocks", "block_id", text("person_id"), text("blocked_id"), text("status"))
slots = keep(
    "slots",
    "slot_id",
    text("workshop"),
    Column("begins", Moment, nullable=False),
    count("places"),
    count("taken"),
)
bookings = keep("bookings", "booking_id", text("person_id"), text("slot_id"), text("status"))
waitings = keep("waitings", "waiting_id", text("person_id"), text("slot_id"), text("status"))
integrations = keep(
    "integrations",
    "integration_id",
    text("person_id"),
    text("provider"),
    text("status"),
    text("fault"),
    count("position"),
)
invoices = keep("invoices", "invoice_id", text("order_id"), text("person_id"), text("status"))
privacy_requests = keep(
    "privacy_requests",
    "request_id",
    text("person_id"),
    text("wish"),
    text("status"),
    Column("due", Moment, nullable=False),
)

# What was written under which key: so twice is once, and what was done can be undone. No part of the world.
writes = keep("writes", "key", text("action"), Column("edits", JSON, nullable=False))
