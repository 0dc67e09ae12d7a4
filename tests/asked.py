"""How does a test ask for somebody's click?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from escalation.approvals import may_decide
from store import approvals
from store.access import Person, Role, add_person
from store.approval_clicks import Click, Deed
from store.approval_folding import Approval
from store.approval_reading import get_approval
from store.approval_words import ApprovalContent, ApprovalRequest, CustomerMessages, Reminder, TierReason
from store.approvals import Answer, Pen, write_again
from store.clock import StandingClock
from store.database import Database
from store.events import Event
from tests.ledgers import open_ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GUARDS: Mapping[str, Any] = {"payment": {"paid": 1250, "refunded": 0}}
STAFF: Mapping[str, Role] = {
    "per_mara": "lead",
    "per_tom": "lead",
    "per_ops": "operations",
    "per_agent": "agent",
    "per_boss": "executive",
}
MESSAGES = CustomerMessages(
    done="You get 12.50 EUR back.",
    failed="We could not pay it back yet.",
    rejected="We cannot pay it back.",
    expired="Nobody has decided in time.",
    rolled_back="We have taken it back.",
)
CONTENT = ApprovalContent(
    arguments={"payment": "pay_1", "amount": 1250, "currency": "EUR"},
    draft="Your money is on its way.",
    customer_words="It arrived broken.",
    messages=MESSAGES,
    plain="Pay 12.50 EUR back to Ada.",
    technical="refund_payment(pay_1, 1250 EUR)",
    before={"refunded": 0},
    after={"refunded": 1250},
    rollback_plan="Cancel the refund while it is pending.",
)
REQUEST = ApprovalRequest(
    approval_id="apr_1",
    ticket_id="T-1",
    action="playbook:refund_payment",
    requester="per_ada",
    proposed_by="assistant",
    audience="customers",
    tier="T3",
    reasons=(TierReason(code="change", said="playbook:refund_payment"),),
    approvers=("lead", "operations", "admin"),
    needed=1,
    expires_at=NOON + timedelta(hours=4),
    reminders=(Reminder(at=NOON + timedelta(hours=2)), Reminder(at=NOON + timedelta(hours=3), to="on_call")),
    content=CONTENT,
)


class Panel:
    """What whoever decides has before them, with a clock that stands."""

    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database = database
        self.clock = clock
        self.guards = GUARDS
        self.hire(**STAFF)
        open_ticket(database, 1)

    def hire(self, **roles: Role) -> None:
        def add_all(connection: Connection) -> None:
            for person_id, role in roles.items():
                add_person(
                    connection, Person(person_id, person_id.removeprefix("per_").title(), "", role, NOON)
                )

        self.database.write(add_all)

    def pen(self) -> Pen:
        return Pen(self.clock.now(), self.clock.new_salt)

    def propose(
        self, request: ApprovalRequest = REQUEST, first: Sequence[Event] = (), **changed: Any
    ) -> Approval:
        asked = request.model_copy(update=changed)
        unit = partial(approvals.propose, request=asked, guards=self.guards, pen=self.pen(), first=first)
        return write_again(self.database, unit)

    def click(
        self, person: str = "per_mara", deed: Deed = "approve", digest: str = "", **more: Any
    ) -> Answer:
        """On `apr_1`, unless told otherwise, as it is now."""
        approval_id = more.pop("approval_id", "apr_1")
        shown = digest or self.one(approval_id).digest
        click = Click(approval_id, shown, person, deed, **{"reason": "Not ours", **more})
        unit = partial(approvals.decide, click=click, judge=may_decide, guards=self.guards, pen=self.pen())
        return write_again(self.database, unit)

    def edit(self, person: str, request: ApprovalRequest, **more: Any) -> Answer:
        click = Click("apr_1", self.one().digest, person, "edit", **more)
        unit = partial(
            approvals.edit,
            click=click,
            judge=may_decide,
            request=request,
            guards=self.guards,
            pen=self.pen(),
        )
        return write_again(self.database, unit)

    def begin(self, approval_id: str = "apr_1") -> Approval | None:
        unit = partial(approvals.begin, approval_id=approval_id, guards=self.guards, pen=self.pen())
        return write_again(self.database, unit)

    def write(self, unit: Callable[..., Any], **named: Any) -> Any:
        return write_again(self.database, partial(unit, **named, pen=self.pen()))

    def one(self, approval_id: str = "apr_1") -> Approval:
        with self.database.read() as connection:
            return get_approval(connection, approval_id)
