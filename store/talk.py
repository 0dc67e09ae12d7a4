"""What is read of a conversation at once, to be shown?"""

from dataclasses import dataclass

from store.events import Recorded
from store.messages import CustomerSaid
from store.tickets import Session, Ticket


@dataclass(frozen=True, slots=True)
class Read:
    current: str
    """Id of the session, also when its first message is still being thought about; or empty."""
    session: Session | None
    ticket: Ticket | None
    recorded: tuple[Recorded, ...]
    """Of the session and its tickets, in one order."""
    waiting: tuple[CustomerSaid, ...] = ()
    unread: tuple[CustomerSaid, ...] = ()
    """What could not be handled: it stands on no timeline, and is shown all the same."""
