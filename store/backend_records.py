"""What is there in the shop that a change may touch, and how is a change to it written down?"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, Field, model_validator

from store.words import Word

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[int, Field(ge=0)]
"""In the smallest unit of its currency."""


class Kept(Word):
    """A record of the shop. Its key is its first field."""

    kind: ClassVar[str]

    @property
    def key(self) -> str:
        return str(getattr(self, next(iter(type(self).model_fields))))

    @property
    def title(self) -> str:
        return f"{self.kind} {self.key}"


class Order(Kept):
    kind = "order"
    order_id: str
    person_id: str
    status: Literal["received", "waiting", "packed", "dispatched", "delivered", "cancelled"]
    address_id: str
    currency: str
    total: Amount


class OrderLine(Kept):
    kind = "order line"
    line_id: str
    order_id: str
    person_id: str
    sku: str
    quantity: Count
    unit_price: Amount


class Part(Kept):
    kind = "part"
    sku: str
    name: str
    currency: str
    unit_price: Amount
    on_hand: Count


class Payment(Kept):
    kind = "payment"
    payment_id: str
    order_id: str
    person_id: str
    status: Literal["captured", "disputed"]
    currency: str
    amount: Amount
    refunded: Amount

    @model_validator(mode="after")
    def gives_back_what_it_took(self) -> Self:
        if self.refunded > self.amount:
            raise ValueError(f"{self.refunded} of {self.amount} cannot go back")
        return self


class Refund(Kept):
    kind = "refund"
    refund_id: str
    payment_id: str
    person_id: str
    status: Literal["queued", "paid_out"]
    currency: str
    amount: Amount


class Exchange(Kept):
    kind = "exchange"
    exchange_id: str
    line_id: str
    person_id: str
    status: Literal["open", "sent"]
    sku: str
    quantity: Count


class Address(Kept):
    kind = "address"
    address_id: str
    person_id: str
    name: str
    street: str
    city: str
    postcode: str
    country: str


class Account(Kept):
    kind = "account"
    account_id: str
    person_id: str
    status: Literal["open", "locked"]
    failed_sign_ins: Count
    billing_access: bool


class AccountSession(Kept):
    kind = "sign-in"
    session_id: str
    account_id: str
    person_id: str
    is_live: bool


class Submission(Kept):
    kind = "submission"
    submission_id: str
    person_id: str
    form: str
    status: Literal["failed", "queued", "accepted"]
    fault: str
    """Why it failed; empty when it did not."""
    attempts: Count


class Post(Kept):
    kind = "post"
    post_id: str
    person_id: str
    status: Literal["visible", "hidden"]


class Complaint(Kept):
    kind = "report"
    report_id: str
    post_id: str
    person_id: str
    """Who reported the post."""
    reason: str
    status: Literal["open", "upheld", "dismissed"]


class Block(Kept):
    kind = "block"
    block_id: str
    person_id: str
    """Who is kept out; they are the ones to dispute it."""
    blocked_id: str
    """What they are kept out of."""
    status: Literal["standing", "lifted"]


class Slot(Kept):
    kind = "appointment"
    slot_id: str
    workshop: str
    begins: datetime
    places: Count
    taken: Count

    @model_validator(mode="after")
    def is_not_overbooked(self) -> Self:
        if self.taken > self.places:
            raise ValueError(f"{self.taken} cannot sit on {self.places} places")
        return self


class Booking(Kept):
    kind = "booking"
    booking_id: str
    person_id: str
    slot_id: str
    status: Literal["booked", "cancelled"]


class Waiting(Kept):
    kind = "place on the waiting list"
    waiting_id: str
    person_id: str
    slot_id: str
    status: Literal["waiting", "booked"]


class Integration(Kept):
    kind = "integration"
    integration_id: str
    person_id: str
    provider: Literal["apple", "garmin"]
    status: Literal["connected", "stale", "syncing", "revoked"]
    fault: str
    position: Count
    """Up to which entry it has been read; 0 reads all again."""


class Invoice(Kept):
    kind = "invoice"
    invoice_id: str
    order_id: str
    person_id: str
    status: Literal["queued", "sent"]
    """Queued: it leaves with the shop's next post."""


class PrivacyRequest(Kept):
    kind = "privacy request"
    request_id: str
    person_id: str
    wish: Literal["access", "erasure", "correction"]
    status: Literal["received", "in_progress", "done"]
    due: datetime


RECORDS: tuple[type[Kept], ...] = (
    Order, OrderLine, Part, Payment, Refund, Exchange, Address, Account, AccountSession, Submission, Post,
    Complaint, Block, Slot, Booking, Waiting, Integration, Invoice, PrivacyRequest,
)  # fmt: skip
BY_KIND = {one.kind: one for one in RECORDS}


class Edit(Word):
    """One record before and after. No before: it is new; no after: it goes; the same: it must still be so."""

    kind: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    @model_validator(mode="after")
    def is_of_one_record(self) -> Self:
        if self.kind not in BY_KIND:
            raise ValueError(f"{self.kind!r} is no record; there are: {', '.join(sorted(BY_KIND))}")
        keys = {one.key for one in (self.old, self.new) if one}
        if len(keys) != 1:
            raise ValueError("an edit is of one record: give it before, after, or both with the same key")
        return self

    @property
    def old(self) -> Kept | None:
        return self.record(self.before)

    @property
    def new(self) -> Kept | None:
        return self.record(self.after)

    @property
    def key(self) -> str:
        found = self.old or self.new
        return found.key if found else ""

    @property
    def is_change(self) -> bool:
        return self.before != self.after

    def record(self, fields: dict[str, Any] | None) -> Kept | None:
        return None if fields is None else BY_KIND[self.kind].read_back(fields)

    def turned(self) -> "Edit":
        return Edit(kind=self.kind, before=self.after, after=self.before)


def edit(before: Kept | None, after: Kept | None) -> Edit:
    """Raises ValueError when they are not of one record."""
    known = before or after
    return Edit(kind=known.kind if known else "", before=spelled(before), after=spelled(after))


def spelled(record: BaseModel | None) -> dict[str, Any] | None:
    return None if record is None else record.model_dump(mode="json")


class Written(Word):
    """What was written under a key: the first time, and given back every time after."""

    key: str
    action: str
    """With its version."""
    edits: tuple[Edit, ...]
