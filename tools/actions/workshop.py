"""What can be changed about appointments in the workshop?"""

from store.backend_records import Booking, Slot, Waiting
from tools.actions.registry import Plan, action
from tools.actions.view import View, added, changed


@action(tier=2)
def move_booking(view: View, *, booking_id: str, slot_id: str) -> Plan:
    """Move a booking to another appointment that has a place."""
    booking = view.own(Booking, booking_id)
    view.guard("the booking stands", booking.status == "booked", "It was cancelled: book anew.")
    view.guard("it is another appointment", booking.slot_id != slot_id, "It is booked there already.")
    old, new = view.shared(Slot, booking.slot_id), view.shared(Slot, slot_id)
    guard_place(view, new)
    view.guard("the booked one lies ahead", old.begins > view.now, "It is over.")
    return (
        changed(booking, slot_id=slot_id),
        changed(old, taken=old.taken - 1),
        changed(new, taken=new.taken + 1),
    )


@action(tier=2)
def give_place(view: View, *, waiting_id: str) -> Plan:
    """Give a free place to who is next on the waiting list."""
    waiting = view.own(Waiting, waiting_id)
    view.guard("the customer still waits", waiting.status == "waiting", "A place was given before.")
    line = [one for one in view.all_of(Waiting, "slot_id", waiting.slot_id) if one.status == "waiting"]
    view.guard("nobody waits longer", line[0].key == waiting.key, f"{len(line) - 1} others wait as well.")
    slot = view.shared(Slot, waiting.slot_id)
    guard_place(view, slot)
    booking = Booking(
        booking_id=f"{waiting.key}-B", person_id=waiting.person_id, slot_id=slot.key, status="booked"
    )
    return changed(waiting, status="booked"), changed(slot, taken=slot.taken + 1), added(booking)


def guard_place(view: View, slot: Slot) -> None:
    view.guard(f"{slot.key} has a free place", slot.taken < slot.places, "Offer another appointment.")
    view.guard(f"{slot.key} lies ahead", slot.begins > view.now, "Offer a later one.")
