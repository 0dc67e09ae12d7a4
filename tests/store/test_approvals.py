"""Is nothing approved but what was shown, by whom it may be, in time, and only once?"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from store import approvals
from store import events as e
from store.approval_reading import find_token, list_approvals
from store.approvals import give_token
from store.audit import read_audit
from store.clock import StandingClock
from store.database import Database
from store.errors import BadAnswer, NotFound
from store.settings import Settings
from store.tables import inbox, timers
from store.timelines import read_timeline
from tests.asked import CONTENT, GUARDS, NOON, REQUEST, Panel
from tests.ledgers import add_facts, tamper

NEW = REQUEST.model_copy(
    update={
        "approval_id": "apr_2",
        "content": CONTENT.model_copy(update={"draft": "It is on its way to you."}),
    }
)


@pytest.fixture
def panel(database: Database, clock: StandingClock) -> Panel:
    return Panel(database, clock)


def work(panel: Panel) -> list[str]:
    with panel.database.read() as connection:
        return list(connection.execute(select(inbox.c.key).order_by(inbox.c.seq)).scalars())


def alarms(panel: Panel) -> list[object]:
    query = select(timers.c.due).where(timers.c.key.startswith("T-1:approval:"))
    with panel.database.read() as connection:
        return list(connection.execute(query).scalars())


def kinds(panel: Panel) -> Sequence[str]:
    with panel.database.read() as connection:
        return [fact.event.kind for fact in read_timeline(connection, "T-1")][1:]


def refusals(panel: Panel) -> list[object]:
    with panel.database.read() as connection:
        lines = read_audit(connection, "apr_1")
    return [line.facts["code"] for line in reversed(lines) if line.action == "approval_refused"]


def code(answer: approvals.Answer) -> str:
    return answer.refusal.code if answer.refusal else ""


def test_what_is_asked_for_waits_as_it_was_asked_for(panel: Panel) -> None:
    made = panel.propose()

    assert (made.state, made.digest, panel.one()) == ("pending", panel.one().digest, made)
    assert made.request
    assert made.request == REQUEST.model_copy(update={"basis": made.request.basis})
    assert alarms(panel) == [NOON + timedelta(hours=2)]
    assert work(panel) == []


def test_asked_for_twice_it_stands_once(panel: Panel) -> None:
    assert panel.propose() == panel.propose()

    assert kinds(panel) == ["approval_requested"]


def test_what_is_over_already_cannot_be_asked_for(panel: Panel) -> None:
    with pytest.raises(BadAnswer, match="is over already"):
        panel.propose(expires_at=NOON)
    with pytest.raises(NotFound, match="no ticket has the id 'T-9'"):
        panel.propose(ticket_id="T-9")

    assert kinds(panel) == []


def test_a_click_approves_and_leaves_one_piece_of_work(panel: Panel) -> None:
    panel.propose()

    answer = panel.click()

    assert (code(answer), answer.approval.state, answer.approval.decided_by) == ("", "approved", "per_mara")
    assert kinds(panel) == ["approval_requested", "approval_decided"]
    assert work(panel) == ["execute:apr_1"]
    assert alarms(panel) == []


def test_a_second_click_of_whoever_it_is_does_nothing(panel: Panel) -> None:
    panel.propose()
    panel.click()

    again = panel.click()
    late = panel.click("per_tom", "reject")

    assert [code(again), code(late)] == ["decided_already", "decided_already"]
    assert late.refusal
    assert "approved already, by per_mara" in late.refusal.hint
    assert (work(panel), panel.one().state) == (["execute:apr_1"], "approved")


def test_a_rejection_ends_it_and_nothing_is_done(panel: Panel) -> None:
    panel.propose()

    assert code(panel.click(deed="reject", reason=" ")) == "no_reason"
    assert panel.click(deed="reject", reason="Sent back already").approval.state == "rejected"

    assert (work(panel), panel.begin()) == ([], None)
    assert code(panel.click("per_tom")) == "decided_already"


@pytest.mark.parametrize("person", ["per_agent", "per_boss", "per_ada", "per_nobody"])
def test_who_may_not_decide_is_refused_and_written_down(panel: Panel, person: str) -> None:
    panel.propose()

    answer = panel.click(person)

    assert (code(answer), panel.one().state, refusals(panel)) == (
        "not_a_decider",
        "pending",
        ["not_a_decider"],
    )
    assert kinds(panel) == ["approval_requested"]


def test_the_role_that_counts_is_the_one_at_the_click(panel: Panel) -> None:
    panel.propose()
    panel.hire(per_mara="customer", per_agent="lead")

    assert code(panel.click("per_mara")) == "not_a_decider"
    assert panel.click("per_agent").approval.state == "approved"


@pytest.mark.parametrize(("flag", "expected"), [("is_guest", "guest"), ("is_foreign", "other_workspace")])
def test_guests_and_other_workspaces_cannot_decide(panel: Panel, flag: str, expected: str) -> None:
    panel.propose()

    more: dict[str, Any] = {flag: True}
    assert code(panel.click(**more)) == expected
    assert panel.one().state == "pending"


def test_nobody_approves_what_they_asked_for_and_may_take_it_back(panel: Panel) -> None:
    panel.propose(requester="per_mara", proposed_by="staff")

    assert code(panel.click("per_mara")) == "own_request"
    assert panel.one().state == "pending"
    assert panel.click("per_mara", "reject").approval.state == "rejected"


def test_what_cannot_be_undone_needs_two_different_people(panel: Panel) -> None:
    panel.propose(tier="T4", needed=2)

    first = panel.click("per_mara")
    again = panel.click("per_mara")
    assert (first.approval.state, code(again), work(panel)) == ("pending", "voted_already", [])

    second = panel.click("per_tom")
    assert (second.approval.state, [who for who, _ in second.approval.votes]) == (
        "approved",
        ["per_mara", "per_tom"],
    )
    assert kinds(panel) == ["approval_requested", "approval_voted", "approval_decided"]
    assert work(panel) == ["execute:apr_1"]


def test_one_rejection_ends_what_one_has_agreed_to(panel: Panel) -> None:
    panel.propose(tier="T4", needed=2)
    panel.click("per_mara")

    assert panel.click("per_ops", "reject").approval.state == "rejected"
    assert (code(panel.click("per_tom")), work(panel)) == ("decided_already", [])


def test_what_ran_out_is_not_done_and_ends_at_the_click(panel: Panel) -> None:
    panel.propose()
    panel.clock.forward(hours=4)

    answer = panel.click()

    assert (code(answer), answer.approval.state, work(panel)) == ("expired", "expired", [])
    assert code(panel.click("per_tom")) == "expired"
    assert kinds(panel) == ["approval_requested", "approval_expired"]


def test_a_microsecond_before_its_end_it_can_still_be_decided(panel: Panel) -> None:
    panel.propose()
    panel.clock.forward(hours=4, microseconds=-1)

    assert panel.click().approval.state == "approved"


def test_what_was_approved_in_time_is_not_done_after_its_end(panel: Panel) -> None:
    panel.propose()
    panel.click()
    panel.clock.forward(hours=4)

    assert panel.begin() is None
    assert panel.one().state == "expired"


MOVES: dict[str, e.Event] = {
    "status": e.StatusChanged(status="on_hold", by="per_tom"),
    "owner": e.HandedOver(queue="first", reason="asked"),
    "holder": e.TakenOver(person_id="per_agent"),
    "message": e.MessageReceived(delivery="d_1", text="Leave it, I keep the mug."),
    "joined": e.TicketJoined(source="T-2", by="per_tom", is_waiting=True),
}
HARMLESS: dict[str, e.Event] = {
    "note": e.NoteAdded(person_id="per_tom", text="I know this one."),
    "warning": e.SlaWarned(timer="resolution", due_at=NOON),
    "breach": e.SlaBreached(timer="resolution", due_at=NOON),
    "priority": e.PriorityChanged(priority=1, by="per_tom"),
    "tags": e.TagsChanged(tags=("mug",), by="per_tom"),
    "escalated": e.Escalated(cause="by_hand", by="per_tom"),
    "answer": e.ReplySent(letter_id="let_1", speaker="desk", about="ticket.waiting"),
}


@pytest.mark.parametrize("moved", MOVES.values(), ids=MOVES.keys())
def test_a_card_whose_ticket_moved_on_decides_nothing(panel: Panel, moved: e.Event) -> None:
    panel.propose()
    add_facts(panel.database, "T-1", moved)

    answer = panel.click()

    assert (code(answer), answer.approval.state, work(panel)) == ("moved_on", "superseded", [])
    assert code(panel.click("per_tom")) == "moved_on"


@pytest.mark.parametrize("moved", MOVES.values(), ids=MOVES.keys())
def test_what_moved_on_after_the_click_is_not_done(panel: Panel, moved: e.Event) -> None:
    panel.propose()
    panel.click()
    add_facts(panel.database, "T-1", moved)

    assert (panel.begin(), panel.one().state) == (None, "superseded")


def test_what_the_guards_read_may_not_move_either(panel: Panel) -> None:
    panel.propose()
    panel.guards = {"payment": {"paid": 1250, "refunded": 1}}
    assert code(panel.click()) == "moved_on"

    panel.guards = GUARDS
    panel.propose(approval_id="apr_2")
    panel.click(approval_id="apr_2")
    panel.guards = {}
    assert (panel.begin("apr_2"), panel.one("apr_2").state) == (None, "superseded")


def test_nothing_else_makes_a_card_stale(panel: Panel) -> None:
    panel.propose()
    add_facts(panel.database, "T-1", *HARMLESS.values())
    panel.clock.forward(hours=2)
    assert panel.write(approvals.wake, approval_id="apr_1")
    panel.propose(approval_id="apr_2")
    code(panel.click("per_agent"))

    assert panel.click().approval.state == "approved"
    assert panel.begin()


def test_facts_that_belong_to_asking_are_what_the_card_rests_on(panel: Panel) -> None:
    panel.propose(first=[e.StatusChanged(status="pending_internal", by="desk")])

    assert kinds(panel) == ["status_changed", "approval_requested"]
    assert panel.click().approval.state == "approved"


def test_an_edit_is_a_new_card_and_the_old_one_decides_nothing(panel: Panel) -> None:
    old = panel.propose()

    answer = panel.edit("per_mara", NEW)

    assert answer.replaced_by
    new = answer.replaced_by.request
    assert new
    assert (new.replaces, new.revision, new.edited_by) == ("apr_1", 2, "per_mara")
    assert (answer.approval.state, answer.approval.replaced_by) == ("superseded", "apr_2")
    late = panel.click(digest=old.digest)
    assert (code(late), late.refusal and late.refusal.hint[-6:]) == ("replaced", "apr_2.")
    assert code(panel.click(digest=old.digest, approval_id="apr_2")) == "changed"
    assert panel.click(approval_id="apr_2").approval.state == "approved"
    assert work(panel) == ["execute:apr_2"]


def test_who_may_not_decide_may_not_edit(panel: Panel) -> None:
    panel.propose()

    assert code(panel.edit("per_agent", NEW)) == "not_a_decider"
    assert panel.one().state == "pending"


def test_an_edit_does_not_turn_one_request_into_another(panel: Panel) -> None:
    panel.propose()

    with pytest.raises(BadAnswer, match="an edit keeps ticket_id, action, requester"):
        panel.edit("per_mara", NEW.model_copy(update={"requester": "per_other"}))

    assert panel.one().state == "pending"


def test_a_token_stands_for_what_its_card_shows(panel: Panel) -> None:
    old = panel.propose()
    secret = panel.clock.new_secret()
    panel.database.write(partial(give_token, approval_id="apr_1", token=secret))
    panel.edit("per_mara", NEW)

    with panel.database.read() as connection:
        assert find_token(connection, secret) == ("apr_1", old.digest)
        assert find_token(connection, "apr_1") is None


def test_reminders_come_once_each_and_then_it_runs_out(panel: Panel) -> None:
    panel.propose()
    wake = partial(panel.write, approvals.wake, approval_id="apr_1")
    assert wake() is None

    said = []
    for _ in range(3):
        panel.clock.forward(hours=1)
        said += [wake(), wake()]
    panel.clock.forward(hours=1)

    numbers = [one.number for one in said if isinstance(one, e.ApprovalReminded)]
    assert (numbers, [one is None for one in said]) == ([1, 2], [True, True, False, True, False, True])
    assert alarms(panel) == [NOON + timedelta(hours=4)]
    assert isinstance(wake(), e.ApprovalExpired)
    assert (wake(), panel.one().state, alarms(panel)) == (None, "expired", [])


def test_reminders_that_were_slept_through_are_said_once(panel: Panel) -> None:
    panel.propose()
    panel.clock.forward(hours=3.5)

    said = panel.write(approvals.wake, approval_id="apr_1")

    assert isinstance(said, e.ApprovalReminded)
    assert (said.number, panel.one().reminded) == (2, 2)


def test_it_is_begun_once_and_ends_in_the_order_of_things(panel: Panel) -> None:
    panel.propose()
    assert panel.begin() is None
    panel.click()

    assert panel.begin()
    assert panel.begin() is None
    step = partial(panel.write, approvals.carry_on, approval_id="apr_1")
    with pytest.raises(BadAnswer, match="apr_1 is executing: rolled_back cannot follow"):
        step(state="rolled_back")
    assert [step(state="failed").state, step(state="failed").state, step(state="rolled_back").state] == [
        "failed",
        "failed",
        "rolled_back",
    ]
    with pytest.raises(BadAnswer, match="done cannot follow"):
        step(state="done")


def test_it_can_be_withdrawn_once(panel: Panel) -> None:
    panel.propose()
    withdraw = partial(panel.write, approvals.supersede, approval_id="apr_1", cause="withdrawn", by="per_tom")

    assert withdraw().state == "superseded"
    assert withdraw() is None
    assert code(panel.click()) == "moved_on"


def test_arguments_that_were_changed_in_the_row_are_never_approved(panel: Panel, settings: Settings) -> None:
    panel.propose()
    cast = "::json" if panel.database.dialect == "postgresql" else ""
    tamper(settings, f"UPDATE approvals SET request = replace(CAST(request AS TEXT), '1250', '9999'){cast}")  # noqa: S608 - ours

    assert code(panel.click()) == "changed"
    assert work(panel) == []


def test_lists_begin_with_what_runs_out_first(panel: Panel) -> None:
    panel.propose()
    panel.propose(approval_id="apr_2", expires_at=NOON + timedelta(hours=1))
    panel.propose(approval_id="apr_3")
    panel.click(approval_id="apr_3", deed="reject")

    with panel.database.read() as connection:
        pending = list_approvals(connection, states=["pending"])

    assert [one.approval_id for one in pending] == ["apr_2", "apr_1"]
