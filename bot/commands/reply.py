"""How does a person of the staff answer from a terminal?"""

import argparse

from bot.desk import Desk
from bot.wiring import open_desk
from store.access import ADMIN, get_person
from store.errors import BadAnswer, NotAllowed
from store.messages import StaffDid
from store.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ticket", help="e.g. T-1001")
    parser.add_argument("text", help="what the customer reads")
    parser.add_argument("--as", dest="person", default=ADMIN, help="person id of the staff member")
    parser.add_argument("--status", default="", help="status to leave behind: open, pending_customer, solved")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if not options.text.strip():
        raise BadAnswer("the reply is empty: write what the customer should read")
    desk = open_desk(read_settings())
    try:
        check_role(desk, options.person)
        ticket, _, _ = desk.merged(options.ticket)
        desk.receive(
            StaffDid(
                key=desk.clock.new_id("reply"),
                at=desk.clock.now(),
                ticket_id=ticket.ticket_id,
                session_id=ticket.session_id,
                person_id=options.person,
                action="reply",
                text=options.text,
                value=options.status,
            )
        )
        desk.run_own()
    finally:
        desk.stop()
    print(f"{options.ticket}: the reply is on its way to the customer.")
    return 0


def check_role(desk: Desk, person_id: str) -> None:
    with desk.database.read() as connection:
        person = get_person(connection, person_id)
    if not person.is_staff:
        raise NotAllowed(f"{person_id!r} is no member of the staff")
