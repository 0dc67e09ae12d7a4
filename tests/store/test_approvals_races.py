"""Is there exactly one decision and one piece of work, however many click at the same moment?"""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from escalation.approvals import may_decide
from store import approvals
from store import events as e
from store.access import Role
from store.approval_clicks import Click, Deed
from store.approvals import Answer, write_again
from store.clock import StandingClock
from store.database import Database
from store.errors import Overtaken
from store.heads import HeadBook
from store.tables import inbox
from store.timelines import read_timeline
from store.verify import verify
from tests.asked import REQUEST, Panel
from tests.ledgers import add_facts, open_ticket

THREADS = 50
QUICK, ALL, PARTS = range(5), range(5, 200), 13
DECIDERS = tuple(f"per_lead{number}" for number in range(12))
DEEDS: tuple[Deed, ...] = ("approve", "approve", "approve", "reject", "edit")


@pytest.fixture
def panel(database: Database, clock: StandingClock) -> Panel:
    panel = Panel(database, clock)
    leads: dict[str, Role] = dict.fromkeys(DECIDERS, "lead")
    panel.hire(**leads)
    return panel


def race(panel: Panel, seed: int) -> None:
    """Every seed has its own ticket, card, people, deeds, and number of people who must agree."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    name, ticket_id, needed = f"apr_{seed}", open_ticket(panel.database, seed + 10), dice.choice((1, 1, 2))
    asked = REQUEST.model_copy(update={"approval_id": name, "ticket_id": ticket_id, "needed": needed})
    made = panel.propose(asked)
    edits = {
        number: asked.model_copy(update={"approval_id": f"{name}_{number}"}) for number in range(THREADS)
    }
    clicks = [
        Click(name, made.digest, dice.choice(DECIDERS), dice.choice(DEEDS), reason="Not ours")
        for _ in range(THREADS)
    ]
    gate = threading.Barrier(THREADS)

    def click(number: int) -> Answer:
        gate.wait()
        act = partial(approvals.edit, request=edits[number])
        unit = act if clicks[number].deed == "edit" else approvals.decide
        return write_again(
            panel.database,
            lambda connection: unit(
                connection, clicks[number], may_decide, guards=panel.guards, pen=panel.pen()
            ),
        )

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(click, range(THREADS)))
    settled(panel, ticket_id, name, answers, needed=needed)


def settled(panel: Panel, ticket_id: str, name: str, answers: list[Answer], *, needed: int) -> None:
    with panel.database.read() as connection:
        facts = [fact.event for fact in read_timeline(connection, ticket_id)]
        keys = connection.execute(select(inbox.c.key).where(inbox.c.lane == ticket_id)).scalars().all()
    one = panel.one(name)
    ends = [fact for fact in facts if isinstance(fact, e.ApprovalDecided | e.ApprovalSuperseded)]
    votes = [fact for fact in facts if isinstance(fact, e.ApprovalVoted)]
    counted = [answer for answer in answers if answer.refusal is None]
    assert len(ends) == 1
    assert len(counted) == len(ends) + len(votes)
    assert list(keys) == ([f"execute:{name}"] if one.state == "approved" else [])
    assert len({who for who, _ in one.votes}) == len(one.votes)
    assert (one.state == "approved") == (len(one.votes) == needed)
    refused = Counter(answer.refusal.code for answer in answers if answer.refusal)
    assert set(refused) <= {"decided_already", "replaced", "voted_already"}


@pytest.mark.parametrize("seed", QUICK)
def test_fifty_who_click_at_once_make_one_decision(panel: Panel, seed: int) -> None:
    race(panel, seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_fifty_who_click_at_once_make_one_decision_two_hundred_times(
    panel: Panel, book: HeadBook, part: int
) -> None:
    for seed in ALL[part::PARTS]:
        race(panel, seed)

    assert verify(panel.database, book).findings == ()


def test_of_many_who_carry_it_out_one_begins(panel: Panel) -> None:
    panel.propose()
    panel.click()
    gate = threading.Barrier(8)

    def begin(_: int) -> bool:
        gate.wait()
        return panel.begin() is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 1


def test_a_customer_who_writes_while_staff_click_is_either_before_or_after(panel: Panel) -> None:
    """Never in between: what the click rested on is what stood on the ticket when it was written."""
    panel.propose()
    digest, gate = panel.one().digest, threading.Barrier(2)

    def write() -> None:
        gate.wait()
        for number in range(20):
            try:
                add_facts(panel.database, "T-1", e.MessageReceived(delivery=f"d_{number}", text="Wait"))
            except Overtaken:
                continue
            return

    def click() -> Answer:
        gate.wait()
        return panel.click(digest=digest)

    with ThreadPoolExecutor(2) as pool:
        written, clicked = pool.submit(write), pool.submit(click)
        answer = clicked.result()
        written.result()

    with panel.database.read() as connection:
        order = [fact.event.kind for fact in read_timeline(connection, "T-1")][2:]
    is_late = order[0] == "message_received"
    assert order == (
        ["message_received", "approval_superseded"] if is_late else ["approval_decided", "message_received"]
    )
    assert (answer.refusal is not None) == is_late
