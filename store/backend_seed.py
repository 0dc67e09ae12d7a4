"""What is in the sample backend at first? A few weeks of a small shop for parts of classic cars."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Connection, delete

from store import backend_tables as tables
from store.backend import TABLES, add_records
from store.backend_records import (
    Account,
    AccountSession,
    Address,
    Block,
    Booking,
    Complaint,
    Integration,
    Invoice,
    Kept,
    Order,
    OrderLine,
    Part,
    Payment,
    Post,
    PrivacyRequest,
    Refund,
    Slot,
    Submission,
    Waiting,
)

SAMPLE_CUSTOMERS = ("per_ada", "per_ben", "per_cleo", "per_dai", "per_elif", "per_finn")
Status = Literal["received", "waiting", "packed", "dispatched", "delivered", "cancelled"]
STATUSES: tuple[Status, ...] = get_args(Status)
PARTS = (
    ("GSK-101", "Head gasket, A-series", 2450, 14),
    ("GSK-102", "Head gasket, B-series", 2450, 9),
    ("CRB-201", "Carburettor rebuild kit, SU HS4", 4890, 6),
    ("CRB-202", "Carburettor rebuild kit, SU HIF44", 4890, 4),
    ("BRK-301", "Brake pads, front, Spitfire", 3120, 20),
    ("BRK-302", "Brake pads, front, Midget", 3120, 0),
    ("ELC-401", "Distributor cap, Lucas 25D4", 1290, 30),
    ("TRM-501", "Door seal, pair, MGB GT", 3650, 11),
)
"""Number, name, price in pence, how many are left. Neighbours of one price can be exchanged."""
STREETS = ("Mill Lane", "Station Road", "Orchard Way", "High Street", "Kiln Close", "Abbey Row")
TOWNS = (("Bath", "BA1"), ("York", "YO1"), ("Ludlow", "SY8"), ("Lewes", "BN7"), ("Kendal", "LA9"))


def fill_backend(connection: Connection, now: datetime, customers: Sequence[str] = SAMPLE_CUSTOMERS) -> None:
    """The same customers and the same moment always make the same shop. What was there before goes."""
    for table in (*TABLES.values(), tables.writes):
        connection.execute(delete(table))
    add_records(connection, list(sample_records(now, customers)))


def sample_records(now: datetime, customers: Sequence[str]) -> Iterator[Kept]:
    for sku, name, price, left in PARTS:
        yield Part(sku=sku, name=name, currency="GBP", unit_price=price, on_hand=left)
    for number, person_id in enumerate(customers, start=1):
        yield from shopping(number, person_id)
        yield from membership(number, person_id, now)
        yield from writing(number, person_id, customers)
    yield from workshop(customers, now)


def shopping(number: int, person_id: str) -> Iterator[Kept]:
    town, postcode = TOWNS[number % len(TOWNS)]
    address = Address(
        address_id=f"ADR-{number}",
        person_id=person_id,
        name=f"Customer {number}",
        street=f"{number} {STREETS[number % len(STREETS)]}",
        city=town,
        postcode=f"{postcode} {number % 10}AB",
        country="GB",
    )
    yield address
    for place, status in enumerate(STATUSES):
        yield from one_order(f"HR-{20000 + number * 10 + place}", person_id, status, address.key)


def one_order(order_id: str, person_id: str, status: Status, address_id: str) -> Iterator[Kept]:
    """Two lines, one payment over all, one invoice. A cancelled one is refunded, and paid out."""
    lines = list(lines_of(order_id, person_id))
    total = sum(one.quantity * one.unit_price for one in lines)
    yield from lines
    yield Order(
        order_id=order_id,
        person_id=person_id,
        status=status,
        address_id=address_id,
        currency="GBP",
        total=total,
    )
    is_cancelled = status == "cancelled"
    payment = Payment(
        payment_id=f"PAY-{order_id}",
        order_id=order_id,
        person_id=person_id,
        status="disputed" if status == "packed" else "captured",
        currency="GBP",
        amount=total,
        refunded=total if is_cancelled else 0,
    )
    yield payment
    if is_cancelled:
        yield Refund(
            refund_id=f"{payment.key}-R1",
            payment_id=payment.key,
            person_id=person_id,
            status="paid_out",
            currency="GBP",
            amount=total,
        )
    yield Invoice(
        invoice_id=f"INV-{order_id}",
        order_id=order_id,
        person_id=person_id,
        status="queued" if status == "received" else "sent",
    )


def lines_of(order_id: str, person_id: str) -> Iterator[OrderLine]:
    first = int(order_id.removeprefix("HR-")) % len(PARTS)
    for place, quantity in ((0, 3), (3, 1)):
        sku, _, price, _ = PARTS[(first + place) % len(PARTS)]
        yield OrderLine(
            line_id=f"{order_id}-{1 + place // 3}",
            order_id=order_id,
            person_id=person_id,
            sku=sku,
            quantity=quantity,
            unit_price=price,
        )


def membership(number: int, person_id: str, now: datetime) -> Iterator[Kept]:
    """Every second account is locked and without billing."""
    is_open = number % 2 == 0
    account = Account(
        account_id=f"ACC-{number}",
        person_id=person_id,
        status="open" if is_open else "locked",
        failed_sign_ins=0 if is_open else 5,
        billing_access=not is_open,
    )
    yield account
    for place in (1, 2, 3):
        yield AccountSession(
            session_id=f"SIN-{number}-{place}",
            account_id=account.key,
            person_id=person_id,
            is_live=is_open and place < 3,
        )
    yield Integration(
        integration_id=f"APL-{number}",
        person_id=person_id,
        provider="apple",
        status="stale",
        fault="no entry for 3 days",
        position=400 + number,
    )
    yield Integration(
        integration_id=f"GRM-{number}",
        person_id=person_id,
        provider="garmin",
        status="revoked" if is_open else "stale",
        fault="the permission was taken back" if is_open else "signature refused",
        position=90 + number,
    )
    yield PrivacyRequest(
        request_id=f"PRV-{number}",
        person_id=person_id,
        wish="access" if is_open else "erasure",
        status="in_progress",
        due=now + timedelta(days=30 - number),
    )


def writing(number: int, person_id: str, customers: Sequence[str]) -> Iterator[Kept]:
    """Each has a post that the next customer has reported."""
    for place, form, attempts in ((1, "warranty claim", 1), (2, "photo", 3)):
        yield Submission(
            submission_id=f"SUB-{number}-{place}",
            person_id=person_id,
            form=form,
            status="failed",
            fault="the file server did not answer",
            attempts=attempts,
        )
    yield Post(post_id=f"PST-{number}", person_id=person_id, status="visible")
    yield Complaint(
        report_id=f"RPT-{number}",
        post_id=f"PST-{number}",
        person_id=customers[number % len(customers)],
        reason="advertising",
        status="open",
    )
    yield Block(block_id=f"BLK-{number}", person_id=person_id, blocked_id="forum", status="standing")


def workshop(customers: Sequence[str], now: datetime) -> Iterator[Kept]:
    """One appointment behind, three ahead: full, with one place, empty. Everybody stands in one of them."""
    booked = {"SLT-1": customers[0:1], "SLT-2": customers[1:3], "SLT-3": customers[3:4], "SLT-4": ()}
    for number, (slot_id, people) in enumerate(booked.items()):
        yield Slot(
            slot_id=slot_id,
            workshop="Bicester",
            begins=now + timedelta(days=7 * number - 1),
            places=2,
            taken=len(people),
        )
        for person_id in people:
            place = customers.index(person_id) + 1
            yield Booking(booking_id=f"BKG-{place}", person_id=person_id, slot_id=slot_id, status="booked")
    for place, person_id in enumerate(customers[4:6], start=5):
        yield Waiting(waiting_id=f"WTG-{place}", person_id=person_id, slot_id="SLT-3", status="waiting")
