"""What is the state of a session and of a ticket? Folded from their timelines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from store import events as e
from store.messages import Ownership, SystemContext
from store.words import Word

CLOSED: frozenset[e.Status] = frozenset({"closed", "merged"})
ENDED: frozenset[e.Status] = frozenset({"solved", "closed", "merged"})
RECENT_TURNS = 3


class Session(Word):
    """A person's journey in one channel thread."""

    session_id: str
    version: int = 0
    person_id: str = ""
    channel: str = ""
    thread: str = ""
    language: str = "en"
    mode: e.Mode = "assistant"
    status: Literal["active", "closed"] = "active"
    resolution: e.Resolution | None = None
    opened_at: datetime | None = None
    last_at: datetime | None = None
    customer_at: datetime | None = None
    """When the customer last wrote."""
    context: SystemContext = SystemContext()
    ticket_id: str = ""
    """The current ticket, of which a session has at most one."""
    tickets: tuple[str, ...] = ()
    issues_logged: int = 0
    escalated: bool = False
    category: str = ""
    phase: e.Phase = "asking"
    slots: dict[str, str] = Field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    steps_attempted: tuple[e.StepAttempted, ...] = ()
    recent: tuple[str, ...] = ()
    """The customer's last turns, oldest first; a follow-up question is read with them."""
    last_answer: str = ""
    """Letter of the last answer, until the customer went on to something else."""
    last_answered: bool = False
    question: str = ""
    """What was asked last and is not solved; a ticket begins with it."""
    sources: tuple[tuple[str, str], ...] = ()
    """Article and heading of the last answer's lines."""
    refusals: int = 0
    """In a row."""
    answers: int = 0


class Ticket(Word):
    ticket_id: str
    version: int = 0
    person_id: str = ""
    session_id: str = ""
    channel: str = ""
    language: str = "en"
    issue_summary: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    steps_attempted: tuple[e.StepAttempted, ...] = ()
    context: SystemContext = SystemContext()
    status: e.Status = "new"
    resolution: e.Resolution | None = None
    priority: int = 2
    category: str = ""
    tags: tuple[str, ...] = ()
    tier: str = "standard"
    queue: str = ""
    category_queue: str = ""
    assigned_to: str = ""
    taken_at: datetime | None = None
    """When whoever it is assigned to said that it is theirs; the customer then waits for a person."""
    priority_by: str = ""
    """Who set the priority by hand; no rule changes it then."""
    decision_id: str = ""
    rule: str = ""
    inputs_hash: str = ""
    routing_version: int = 0
    overridden_by: str = ""
    override_until: datetime | None = None
    escalated: bool = False
    merged_into: str = ""
    owner: Ownership = "assistant"
    reopens: str = ""
    opened_at: datetime | None = None
    last_at: datetime | None = None
    customer_at: datetime | None = None
    told_at: datetime | None = None
    """When the customer, waiting, was last told that the message arrived."""
    status_at: datetime | None = None
    rating_asked: bool = False
    rating: int | None = None


def fold_session(session: Session, recorded: Iterable[e.Recorded]) -> Session:
    for fact in recorded:
        changes = session_changes(session, fact)
        session = session.model_copy(update={**changes, "version": fact.version, "last_at": fact.at})
    return session


def fold_ticket(ticket: Ticket, recorded: Iterable[e.Recorded]) -> Ticket:
    for fact in recorded:
        changes = ticket_changes(ticket, fact)
        ticket = ticket.model_copy(update={**changes, "version": fact.version, "last_at": fact.at})
    return ticket


def session_changes(session: Session, fact: e.Recorded) -> dict[str, object]:  # noqa: C901 - a case per event
    match fact.event:
        case e.SessionOpened() as opened:
            return {
                "person_id": opened.person_id,
                "channel": opened.channel,
                "thread": opened.thread,
                "language": opened.language,
                "context": opened.context or SystemContext(),
                "opened_at": fact.at,
            }
        case e.MessageReceived() as message:
            recent = (*session.recent, message.text or "")[-RECENT_TURNS:]
            return {"recent": recent, "customer_at": fact.at, "status": "active", "resolution": None}
        case e.AnswerGiven() as answer:
            refusals = 0 if answer.answered else session.refusals + 1
            return {
                "last_answer": answer.letter_id,
                "last_answered": answer.answered,
                "question": answer.question or "",
                "sources": tuple(dict.fromkeys((c.article, c.heading) for c in answer.citations)),
                "refusals": refusals,
                "answers": session.answers + 1,
            }
        case e.SessionResumed(channel=channel, thread=thread):
            return {"channel": channel, "thread": thread}
        case e.LanguageChanged(language=language):
            return {"language": language}
        case e.TicketAttached(ticket_id=ticket_id):
            return {"ticket_id": ticket_id, "tickets": (*session.tickets, ticket_id), **NO_INTERVIEW}
        case e.TicketDetached():
            return {"ticket_id": "", "mode": "assistant"}
        case e.SessionEnded(resolution=resolution):
            return {"status": "closed", "resolution": resolution, **NO_INTERVIEW}
        case e.SubjectErased():
            return {"slots": {}, "recent": (), "question": "", "context": SystemContext()}
        case _:
            return interview_changes(session, fact.event)


NO_INTERVIEW: dict[str, object] = {
    "mode": "assistant",
    "category": "",
    "phase": "asking",
    "slots": {},
    "skipped": (),
    "steps_attempted": (),
    "last_answer": "",
    "question": "",
    "sources": (),
}


def interview_changes(session: Session, event: e.Event) -> dict[str, object]:  # noqa: C901 - a case per event
    match event:
        case e.ModeChanged(mode="ticket", category=category):
            started = session.mode != "ticket"
            return {
                **(NO_INTERVIEW | {"slots": session.slots} if started else {}),
                "mode": "ticket",
                "category": category,
                "issues_logged": session.issues_logged + started,
            }
        case e.ModeChanged(mode=mode):
            return {"mode": mode, "escalated": session.escalated or mode == "human"}
        case e.SlotFilled(name=name, value=value) | e.SlotCorrected(name=name, value=value):
            known = {**session.slots, name: value or ""}
            skipped = tuple(slot for slot in session.skipped if slot != name)
            return {"slots": {k: v for k, v in known.items() if v}, "skipped": skipped}
        case e.QuestionSkipped(name=name):
            return {"skipped": (*session.skipped, name)}
        case e.InterviewMoved(phase=phase):
            return {"phase": phase}
        case e.InterviewCancelled():
            return NO_INTERVIEW
        case e.StepAttempted() as step:
            return {"steps_attempted": with_step(session.steps_attempted, step)}
        case e.AnswerRated(value=value):
            return {"last_answer": ""} | ({"question": "", "sources": ()} if value == "solved" else {})
        case _:
            return {}


def with_step(steps: tuple[e.StepAttempted, ...], step: e.StepAttempted) -> tuple[e.StepAttempted, ...]:
    others = (old for old in steps if (old.article, old.heading) != (step.article, step.heading))
    return (*others, step)


def ticket_changes(ticket: Ticket, fact: e.Recorded) -> dict[str, object]:  # noqa: C901 - a case per event
    match fact.event:
        case e.TicketOpened() as opened:
            return {
                **{name: getattr(opened, name) for name in TICKET_FIELDS},
                "category_queue": opened.queue,
                "issue_summary": opened.issue_summary or "",
                "details": opened.details or {},
                "context": opened.context or SystemContext(),
                "opened_at": fact.at,
                "customer_at": fact.at,
                "status_at": fact.at,
            }
        case e.MessageReceived():
            return {"customer_at": fact.at}
        case e.HandedOver(queue=queue):
            return {"owner": "person", "queue": queue, "told_at": fact.at}
        case e.TakenOver(person_id=person_id):
            return {"assigned_to": person_id, "taken_at": fact.at, "owner": "person"}
        case e.StatusChanged(status=status, resolution=resolution):
            return {"status": status, "resolution": resolution, "status_at": fact.at}
        case e.TicketReopened():
            return {"status": "open", "resolution": None, "status_at": fact.at, "rating_asked": False}
        case e.PriorityChanged(priority=priority, by=by):
            return {"priority": priority, "priority_by": by}
        case e.ReplySent(speaker="desk"):
            return {"told_at": fact.at}
        case e.RatingAsked():
            return {"rating_asked": True}
        case e.RatingGiven(value=value):
            return {"rating": value}
        case e.LanguageChanged(language=language):
            return {"language": language}
        case e.StepAttempted() as step:
            return {"steps_attempted": with_step(ticket.steps_attempted, step)}
        case e.SubjectErased():
            return {"issue_summary": "", "details": {}, "context": SystemContext()}
        case _:
            return judged_changes(ticket, fact.event)


def judged_changes(ticket: Ticket, event: e.Event) -> dict[str, object]:
    """What triage and routing make of it."""
    match event:
        case e.TicketTriaged(priority=priority, tags=tags, tier=tier):
            return {"priority": priority, "tags": tags, "tier": tier}
        case e.TagsChanged(tags=tags):
            return {"tags": tags}
        case e.TicketRouted() as routed:
            return {
                **{name: getattr(routed, name) for name in ("queue", "rule", "decision_id", "inputs_hash")},
                "routing_version": routed.policy_version,
                **holder(ticket, routed.assigned_to),
            }
        case e.RoutingOverridden() as own:
            given = {"queue": own.queue, "overridden_by": own.by, "override_until": own.until}
            return {**given, **holder(ticket, own.assigned_to)}
        case e.OverrideCleared():
            return {"overridden_by": "", "override_until": None}
        case e.Escalated():
            return {"escalated": True}
        case e.TicketMerged(into=into):
            return {"status": "merged", "merged_into": into}
        case _:
            return {}


def holder(ticket: Ticket, person_id: str) -> dict[str, object]:
    """Another person has not taken it over yet."""
    return {} if person_id == ticket.assigned_to else {"assigned_to": person_id, "taken_at": None}


TICKET_FIELDS = (
    "person_id",
    "session_id",
    "channel",
    "language",
    "category",
    "priority",
    "queue",
    "tags",
    "reopens",
    "steps_attempted",
)
