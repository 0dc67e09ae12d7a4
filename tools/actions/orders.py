"""What can be changed about an order: where it goes, what is in it, whether it goes at all?"""

from hashlib import sha256
from typing import Annotated

from pydantic import Field

from store.backend_records import Address, Edit, Exchange, Order, OrderLine, Part, edit
from store.canonical import canonical
from tools.actions.registry import Plan, action
from tools.actions.view import View, added, changed

OPEN = ("received", "waiting")
Line = Annotated[str, Field(min_length=1, max_length=200)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""Two capitals, as ISO 3166-1 has them."""
Quantity = Annotated[int, Field(ge=1, le=1000)]


@action(tier=3)
def change_order_address(  # an address has five lines
    view: View, *, order_id: str, name: Line, street: Line, city: Line, postcode: Line, country: Country
) -> Plan:
    """Send an order to another address of the same country."""
    order = view.own(Order, order_id)
    guard_open(view, order)
    before = view.own(Address, order.address_id)
    view.guard("it stays in the same country", before.country == country, "Tax and postage would change.")
    fields = {"name": name, "street": street, "city": city, "postcode": postcode, "country": country}
    # The same words always make the same id, so what a person approved is what is written.
    spelling = canonical([view.customer, fields])
    wanted = Address(address_id=f"ADR-{sha256(spelling).hexdigest()[:12]}", person_id=view.customer, **fields)
    view.guard("it is another address", wanted.key != before.key, "It goes there already.")
    known = view.find(Address, wanted.key)
    kept = edit(known, known) if known else added(wanted)
    return changed(order, address_id=wanted.key), kept


@action(tier=3)
def reduce_order_line(view: View, *, line_id: str, quantity: Quantity) -> Plan:
    """Send fewer of a part than were ordered."""
    line = view.own(OrderLine, line_id)
    order = view.own(Order, line.order_id)
    guard_open(view, order)
    view.guard("more were ordered", quantity < line.quantity, "To add a part takes a second order.")
    fewer = line.quantity - quantity
    return (
        changed(line, quantity=quantity),
        changed(order, total=order.total - fewer * line.unit_price),
        put_back(view, line.sku, fewer),
    )


@action(tier=3)
def cancel_order(view: View, *, order_id: str) -> Plan:
    """Cancel an order that is not packed yet, and put its parts back on the shelf."""
    order = view.own(Order, order_id)
    guard_open(view, order)
    freed: dict[str, int] = {}
    for line in view.own_list(OrderLine, "order_id", order.key):
        freed[line.sku] = freed.get(line.sku, 0) + line.quantity
    return changed(order, status="cancelled"), *(put_back(view, sku, count) for sku, count in freed.items())


@action(tier=3)
def open_exchange(view: View, *, line_id: str, sku: str) -> Plan:
    """Send another part of the same price for one that was delivered."""
    line = view.own(OrderLine, line_id)
    order = view.own(Order, line.order_id)
    view.guard("the order was delivered", order.status == "delivered", f"It is {order.status}.")
    is_first = not view.own_list(Exchange, "line_id", line.key)
    view.guard("it was not exchanged before", is_first, "One exchange per part.")
    part = view.shared(Part, sku)
    is_same = (part.unit_price, part.currency) == (line.unit_price, order.currency)
    view.guard("it costs the same", is_same, "Refund the part, and let the customer order the other.")
    view.guard("there are enough", part.on_hand >= line.quantity, f"{part.on_hand} are left.")
    exchange = Exchange(
        exchange_id=f"{line.key}-X",
        line_id=line.key,
        person_id=view.customer,
        status="open",
        sku=sku,
        quantity=line.quantity,
    )
    return added(exchange), changed(part, on_hand=part.on_hand - line.quantity)


def guard_open(view: View, order: Order) -> None:
    view.guard("the order is not packed yet", order.status in OPEN, f"It is {order.status}.")


def put_back(view: View, sku: str, count: int) -> Edit:
    part = view.shared(Part, sku)
    return changed(part, on_hand=part.on_hand + count)
