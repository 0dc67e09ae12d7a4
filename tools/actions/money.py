"""How does money go back to a customer?"""

from itertools import count
from typing import Annotated

from pydantic import Field

from store.backend_records import Payment, Refund
from tools.actions.registry import Plan, action
from tools.actions.view import View, added, changed

Amount = Annotated[int, Field(ge=1, le=10_000_000)]
"""In the smallest unit of the payment's currency."""


@action(tier=3)
def queue_refund(view: View, *, payment_id: str, amount: Amount, currency: str) -> Plan:
    """Give money back with the next payout; until then it can be taken back."""
    payment = view.own(Payment, payment_id)
    view.guard("the payment is not disputed", payment.status == "captured", "The bank decides on it.")
    view.guard("the currency is that of the payment", currency == payment.currency, payment.currency)
    left = payment.amount - payment.refunded
    view.guard("so much of it is left", amount <= left, f"{left} of {payment.amount} are left.")
    made = {one.key for one in view.own_list(Refund, "payment_id", payment.key)}
    names = (f"{payment.key}-R{number}" for number in count(1))
    refund = Refund(
        refund_id=next(name for name in names if name not in made),
        payment_id=payment.key,
        person_id=view.customer,
        status="queued",
        currency=currency,
        amount=amount,
    )
    return changed(payment, refunded=payment.refunded + amount), added(refund)


@action(
    tier=4, compensation="ask the customer by invoice to pay the amount again; the shop's book keeps both"
)
def pay_out_refund(view: View, *, refund_id: str) -> Plan:
    """Pay a queued refund out at once. The money is gone then."""
    refund = view.own(Refund, refund_id)
    view.guard("the refund waits for its payout", refund.status == "queued", "It was paid out before.")
    return (changed(refund, status="paid_out"),)
