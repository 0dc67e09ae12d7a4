"""Is what is folded step by step the same as what is folded at once, and the same again from the rows?"""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from store import events as e
from store.events import Event, Recorded, read_event, split_event
from store.tickets import Session, Ticket, fold_session, fold_ticket
from store.timelines import session_row, ticket_row
from tests.ledgers import NOON, ticket_opened

WORDS = st.text(max_size=12)
NAMES = st.sampled_from(["order", "date", "photo"])
STEP = st.builds(
    e.StepAttempted,
    article=st.sampled_from(["a.md", "b.md"]),
    heading=st.sampled_from(["A", "B"]),
    outcome=st.sampled_from(["shown", "solved", "not_solved"]),
)
ON_BOTH = st.one_of(
    st.builds(e.MessageReceived, delivery=WORDS, text=st.none() | WORDS),
    st.builds(e.LanguageChanged, language=st.sampled_from(["en", "de"])),
    st.builds(e.HandedOver, queue=NAMES, reason=st.sampled_from(["asked", "filed"])),
    STEP,
    st.builds(e.SubjectErased, by=NAMES),
)
ON_SESSION = st.one_of(
    ON_BOTH,
    st.builds(e.ModeChanged, mode=st.sampled_from(["assistant", "ticket", "human"]), category=NAMES),
    st.builds(e.SlotFilled, name=NAMES, value=st.none() | WORDS),
    st.builds(e.SlotCorrected, name=NAMES, value=st.none() | WORDS),
    st.builds(e.QuestionSkipped, name=NAMES),
    st.builds(e.InterviewMoved, phase=st.sampled_from(["asking", "self_help", "confirming"])),
    st.just(e.InterviewCancelled()),
    st.builds(e.TicketAttached, ticket_id=st.sampled_from(["T-1", "T-2"])),
    st.builds(e.TicketDetached, ticket_id=st.sampled_from(["T-1", "T-2"])),
    st.builds(e.SessionEnded, resolution=st.sampled_from(["confirmed", "assumed", "abandoned"])),
)
ON_TICKET = st.one_of(
    ON_BOTH,
    st.builds(e.TakenOver, person_id=NAMES),
    st.builds(e.StatusChanged, status=st.sampled_from(["open", "solved", "closed"]), by=NAMES),
    st.builds(e.PriorityChanged, priority=st.integers(0, 3), by=NAMES, reason=st.none() | WORDS),
    st.builds(e.TicketReopened, by=NAMES),
    st.builds(e.NoteAdded, person_id=NAMES, text=st.none() | WORDS),
    st.just(e.RatingAsked()),
    st.builds(e.RatingGiven, value=st.integers(1, 5), comment=st.none() | WORDS),
)
OPENED = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")


def record(timeline: str, facts: Sequence[Event]) -> list[Recorded]:
    return [Recorded(timeline, n, NOON + timedelta(minutes=n), fact) for n, fact in enumerate(facts, 1)]


def from_rows(recorded: Sequence[Recorded], *, erased: bool = False) -> list[Recorded]:
    stored = [(fact, *split_event(fact.event)) for fact in recorded]
    return [
        Recorded(fact.timeline, fact.version, fact.at, read_event(facts, None if erased else personal))
        for fact, facts, personal in stored
    ]


@given(st.lists(ON_SESSION, max_size=20), st.integers(0, 20))
@settings(max_examples=150)
def test_a_session_folds_the_same_in_one_go_in_two_and_from_its_rows(facts: list[Event], cut: int) -> None:
    recorded = record("ses_1", [OPENED, *facts])
    empty = Session(session_id="ses_1")

    whole = fold_session(empty, recorded)

    half = Session.read_back(session_row(fold_session(empty, recorded[:cut]), "")["state"])
    assert fold_session(half, recorded[cut:]) == whole
    assert fold_session(empty, from_rows(recorded)) == whole
    assert Session.read_back(session_row(whole, "")["state"]) == whole


@given(st.lists(ON_TICKET, max_size=20), st.integers(0, 20))
@settings(max_examples=150)
def test_a_ticket_folds_the_same_in_one_go_in_two_and_from_its_rows(facts: list[Event], cut: int) -> None:
    recorded = record("T-1", [ticket_opened(1), *facts])
    empty = Ticket(ticket_id="T-1")

    whole = fold_ticket(empty, recorded)

    half = Ticket.read_back(ticket_row(fold_ticket(empty, recorded[: cut or 1]), "")["state"])
    assert fold_ticket(half, recorded[cut or 1 :]) == whole
    assert fold_ticket(empty, from_rows(recorded)) == whole
    assert Ticket.read_back(ticket_row(whole, "")["state"]) == whole


@given(st.lists(ON_SESSION, max_size=20), st.lists(ON_TICKET, max_size=20))
@settings(max_examples=100)
def test_after_an_erasing_the_fold_works_and_holds_no_words(
    session: list[Event], ticket: list[Event]
) -> None:
    erased = e.SubjectErased(by="desk")
    talk = from_rows(record("ses_1", [OPENED, *session, erased]), erased=True)
    case = from_rows(record("T-1", [ticket_opened(1), *ticket, erased]), erased=True)

    folded = fold_session(Session(session_id="ses_1"), talk)
    filed = fold_ticket(Ticket(ticket_id="T-1"), case)

    assert (folded.slots, folded.recent, folded.question) == ({}, (), "")
    assert (filed.issue_summary, filed.details) == ("", {})


@given(st.lists(ON_TICKET, max_size=12))
@settings(max_examples=60)
def test_only_facts_move_a_ticket(facts: list[Event]) -> None:
    """A fold never looks at the clock: folded a day later it says the same."""
    recorded = record("T-1", [ticket_opened(1), *facts])

    assert fold_ticket(Ticket(ticket_id="T-1"), recorded) == fold_ticket(Ticket(ticket_id="T-1"), recorded)
