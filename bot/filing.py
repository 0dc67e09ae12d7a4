"""What stands between the last question and the ticket: one more try, a look for the same, a summary."""

from bot import interview
from bot.interview import next_question
from store import commands as c
from store import events as e
from store.messages import SetTimer
from store.tickets import Session, Ticket
from tools.handover import hand_over
from tools.outcome import Case, Desk, Option, Outcome, Saying, UsesTicket, on_session, on_ticket, outcome

CANCEL = Option("choice.cancel", c.Cancel())
SHORTEST_WORD = 4
FEWEST_SHARED = 2
DETAILS_OF_SEARCH = ("problem", "product", "page")


def offer_self_help(case: Case, desk: Desk) -> Outcome:
    """One more search with all that is known now; lines that were tried already are no help."""
    session = case.session
    question = " ".join(session.slots[name] for name in DETAILS_OF_SEARCH if name in session.slots)
    answer = desk.answer(question, history=(), language=session.language) if question else None
    tried = {(step.article, step.heading) for step in session.steps_attempted}
    if answer is None or not answer.answered:
        return offer_duplicate(case, desk)
    sources = dict.fromkeys((s.citation.article, s.citation.heading) for s in answer.sentences)
    fresh = [source for source in sources if source not in tried]
    if not fresh:
        return offer_duplicate(case, desk)
    steps = (e.StepAttempted(article=article, heading=heading, outcome="shown") for article, heading in fresh)
    return outcome(
        on_session(*steps, e.InterviewMoved(phase="self_help")),
        Saying("interview.self_help"),
        Saying("answer", answer=answer, question=question, options=SELF_HELP),
    )


SELF_HELP = (
    Option("choice.solved", c.Rate(value="solved")),
    Option("choice.go_on", c.Rate(value="not_solved"), style="do"),
    Option("choice.person", c.TalkToPerson()),
)


def rate_self_help(case: Case, desk: Desk, command: c.Rate) -> Outcome:
    session = case.session
    solved = command.value in ("solved", "up", "4", "5")
    shown = (step for step in session.steps_attempted if step.outcome == "shown")
    steps = [step.model_copy(update={"outcome": "solved" if solved else "not_solved"}) for step in shown]
    if not solved:
        return outcome(on_session(*steps), offer_duplicate(case, desk))
    return outcome(
        on_session(*steps, e.SessionEnded(resolution="confirmed")),
        SetTimer(session.session_id, "abandon", None),
        Saying("rated.solved"),
    )


def offer_duplicate(case: Case, desk: Desk) -> Outcome:
    same = find_same(case.session, desk.open_tickets(case.session.person_id))
    if same is None:
        return outcome(on_session(e.InterviewMoved(phase="confirming")), summary_of(case.session))
    return outcome(on_session(e.InterviewMoved(phase="duplicate")), same_question(same))


def same_question(same: Ticket) -> Saying:
    values = {"ticket_id": same.ticket_id, "summary": same.issue_summary}
    options = (
        Option("choice.same", c.Confirm(yes=True), style="do"),
        Option("choice.different", c.Confirm(yes=False)),
    )
    return Saying("interview.duplicate", values, options)


def find_same(session: Session, tickets: tuple[Ticket, ...]) -> Ticket | None:
    """An open ticket of the same category, with the same order or mostly the same words."""
    words = content_words(session.slots.get("problem", ""))
    order = session.slots.get("order_number", "")
    for ticket in tickets:
        if ticket.category != session.category:
            continue
        shared = words & content_words(ticket.details.get("problem", ""))
        same_order = bool(order) and ticket.details.get("order_number") == order
        if same_order or len(shared) >= max(FEWEST_SHARED, (len(words) + 1) // 2):
            return ticket
    return None


def content_words(text: str) -> set[str]:
    bare = (word.strip(".,;:!?()\"'") for word in text.casefold().split())
    return {word for word in bare if len(word) >= SHORTEST_WORD}


def summary_of(session: Session) -> Saying:
    options = (
        Option("choice.send", c.Confirm(yes=True), style="do"),
        Option("choice.change", c.Confirm(yes=False)),
        CANCEL,
    )
    return Saying("interview.summary", {"session": session}, options)


def repeat_phase(case: Case, desk: Desk) -> Outcome:
    """After something else was said: what we were at."""
    session = case.session
    if session.phase == "self_help":
        return outcome(Saying("interview.self_help_next", options=SELF_HELP))
    if session.phase == "duplicate":
        same = find_same(session, desk.open_tickets(session.person_id))
        return outcome(same_question(same)) if same else offer_duplicate(case, desk)
    return outcome(summary_of(session))


def confirm(case: Case, desk: Desk, command: c.Confirm) -> Outcome:
    session = case.session
    if session.phase == "self_help":
        return rate_self_help(case, desk, c.Rate(value="solved" if command.yes else "not_solved"))
    if session.phase == "duplicate":
        return confirm_same(case, desk, command)
    if session.phase != "confirming" or next_question(session):
        return outcome(Saying("interview.reask"))
    if command.yes:
        return file_ticket(case, desk)
    options = (
        Option("choice.change_one", c.CorrectSlot(name=name, value=""), label=f"slot.{name}")
        for name in (interview.CATEGORY, *interview.known_details(session))
    )
    return outcome(Saying("interview.which", options=(*options, CANCEL)))


def confirm_same(case: Case, desk: Desk, command: c.Confirm) -> Outcome:
    same = find_same(case.session, desk.open_tickets(case.session.person_id))
    if command.yes and same:
        return add_to_ticket(case, same)
    return outcome(on_session(e.InterviewMoved(phase="confirming")), summary_of(case.session))


def add_to_ticket(case: Case, ticket: Ticket) -> Outcome:
    """What was collected goes to the ticket that stands already; the conversation goes on there."""
    details = "\n".join(case.session.slots.values())
    message = e.MessageReceived(delivery=f"{case.delivery}:detail", text=details)
    values = {"ticket_id": ticket.ticket_id, "queue_key": ticket.queue}
    return outcome(
        on_session(e.TicketAttached(ticket_id=ticket.ticket_id), e.ModeChanged(mode="human")),
        UsesTicket(ticket.ticket_id),
        on_ticket(message),
        SetTimer(case.session.session_id, "abandon", None),
        Saying("ticket.added", values, speaker="desk"),
    )


def file_ticket(case: Case, desk: Desk) -> Outcome:
    row = interview.category_row(case.session.category)
    return hand_over(
        case,
        desk,
        queue=row.queue,
        priority=row.priority,
        tags=row.tags,
        reason="filed",
        about="ticket.opened",
    )


def hand_to_person(case: Case, desk: Desk) -> Outcome:
    """At once, with whatever is known; nobody has to fill in a form to reach a person."""
    session = case.session
    said = session.slots.get("problem") or session.question or "\n".join(session.recent[:-1]).strip()
    about = "ticket.handed_over" if said else "ticket.handed_over_bare"
    known = Case(with_problem(session, said), case.ticket, case.now, case.delivery, case.files, case.told)
    row = interview.category_row(session.category)
    return hand_over(
        known, desk, queue=row.queue, priority=row.priority, tags=row.tags, reason="asked", about=about
    )


def with_problem(session: Session, said: str) -> Session:
    """The summary that staff read says what was asked; failing that, the words that asked for a person."""
    problem = said or " ".join(session.recent[-1:])
    return session.model_copy(update={"slots": {**session.slots, "problem": problem}})
