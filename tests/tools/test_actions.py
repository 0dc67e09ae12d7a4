"""Does every action of the shop do its one thing, once, and can it be taken back to the very same world?"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import pytest

from store.backend_records import Address, Order, Part, Payment, Refund, Slot, Written, edit
from store.errors import BadAnswer, NotAllowed, NotFound, Overtaken, PersonError
from tests.tools.shop import Shop, asked
from tools.actions.registry import ACTIONS
from tools.actions.running import look_at, run_action, told_edits, undo_action, verify_action

NEW_HOME = {"name": "Ada", "street": "2 Mill Lane", "city": "Bath", "postcode": "BA1 1AB", "country": "GB"}
Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    action: str
    customer: str
    arguments: Arguments
    first: tuple[tuple[str, Arguments], ...] = ()
    """What happens before it."""


def refund(order: str, amount: int, currency: str = "GBP") -> Arguments:
    return {"payment_id": f"PAY-{order}", "amount": amount, "currency": currency}


QUEUED = (("queue_refund", refund("HR-20014", 2450)),)
UPHELD = {"report_id": "RPT-1", "verdict": "upheld"}
CHANGES = (
    Case("unlock_account", "per_ada", {"account_id": "ACC-1"}),
    Case("end_sign_ins", "per_ben", {"account_id": "ACC-2"}),
    Case("open_billing_access", "per_ben", {"account_id": "ACC-2"}),
    Case("resend_invoice", "per_ada", {"invoice_id": "INV-HR-20014"}),
    Case("change_order_address", "per_ada", {"order_id": "HR-20010", **NEW_HOME}),
    Case("reduce_order_line", "per_ada", {"line_id": "HR-20010-1", "quantity": 1}),
    Case("cancel_order", "per_ada", {"order_id": "HR-20011"}),
    Case("open_exchange", "per_ada", {"line_id": "HR-20014-2", "sku": "GSK-101"}),
    Case("queue_refund", "per_ada", refund("HR-20014", 2450)),
    Case("pay_out_refund", "per_ada", {"refund_id": "PAY-HR-20014-R1"}, QUEUED),
    Case("retry_submission", "per_ada", {"submission_id": "SUB-1-1"}),
    Case("resync_integration", "per_ada", {"integration_id": "GRM-1"}),
    Case("settle_report", "per_ben", UPHELD),
    Case("lift_block", "per_ada", {"block_id": "BLK-1"}),
    Case("move_booking", "per_ben", {"booking_id": "BKG-2", "slot_id": "SLT-4"}),
    Case("give_place", "per_elif", {"waiting_id": "WTG-5"}),
)
REFUSED = (
    (Case("unlock_account", "per_ben", {"account_id": "ACC-2"}), "the account is locked: no"),
    (Case("end_sign_ins", "per_ada", {"account_id": "ACC-1"}), "signed in somewhere: no"),
    (Case("open_billing_access", "per_ada", {"account_id": "ACC-1"}), "the account is open: no"),
    (Case("resend_invoice", "per_ada", {"invoice_id": "INV-HR-20010"}), "sent before: no"),
    (Case("privacy_status", "per_ada", {"request_id": "PRV-2"}), "no privacy request 'PRV-2'"),
    (Case("change_order_address", "per_ada", {"order_id": "HR-20012", **NEW_HOME}), "It is packed"),
    (
        Case("change_order_address", "per_ada", {"order_id": "HR-20010", **NEW_HOME, "country": "FR"}),
        "same country: no",
    ),
    (Case("reduce_order_line", "per_ada", {"line_id": "HR-20010-1", "quantity": 3}), "more were ordered: no"),
    (Case("reduce_order_line", "per_ada", {"line_id": "HR-20013-1", "quantity": 1}), "It is dispatched"),
    (Case("cancel_order", "per_ada", {"order_id": "HR-20015"}), "It is cancelled"),
    (Case("open_exchange", "per_ada", {"line_id": "HR-20013-1", "sku": "GSK-101"}), "was delivered: no"),
    (Case("open_exchange", "per_ada", {"line_id": "HR-20014-2", "sku": "CRB-201"}), "costs the same: no"),
    (Case("open_exchange", "per_dai", {"line_id": "HR-20044-1", "sku": "BRK-302"}), "0 are left"),
    (Case("queue_refund", "per_ada", refund("HR-20014", 999_999)), "so much of it is left: no"),
    (Case("queue_refund", "per_ada", refund("HR-20014", 1, "EUR")), "currency is that of the payment: no"),
    (Case("queue_refund", "per_ada", refund("HR-20012", 1)), "not disputed: no"),
    (Case("pay_out_refund", "per_ada", {"refund_id": "PAY-HR-20015-R1"}), "waits for its payout: no"),
    (Case("retry_submission", "per_ada", {"submission_id": "SUB-1-2"}), "less than 3 times: no"),
    (Case("resync_integration", "per_ben", {"integration_id": "GRM-2"}), "still allowed in: no"),
    (Case("settle_report", "per_ben", UPHELD, (("settle_report", UPHELD),)), "decided on it so: no"),
    (
        Case("lift_block", "per_ada", {"block_id": "BLK-1"}, (("lift_block", {"block_id": "BLK-1"}),)),
        "the block stands: no",
    ),
    (Case("move_booking", "per_dai", {"booking_id": "BKG-4", "slot_id": "SLT-2"}), "a free place: no"),
    (
        Case("move_booking", "per_ada", {"booking_id": "BKG-1", "slot_id": "SLT-4"}),
        "booked one lies ahead: no",
    ),
    (Case("move_booking", "per_ben", {"booking_id": "BKG-2", "slot_id": "SLT-1"}), "SLT-1 lies ahead: no"),
    (Case("give_place", "per_finn", {"waiting_id": "WTG-6"}), "nobody waits longer: no"),
)
each_change = pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.action)


def prepared(shop: Shop, case: Case) -> str:
    """The fingerprint of the world before the action."""
    for number, (name, arguments) in enumerate(case.first):
        shop.run(name, case.customer, arguments, key=f"before {number}")
    return shop.hash()


def run(shop: Shop, case: Case, key: str = "key") -> Written:
    return shop.run(case.action, case.customer, case.arguments, key)


def test_every_action_is_tried_forward_and_refused() -> None:
    assert {one.action for one in CHANGES} == {name for name, one in ACTIONS.items() if one.tier > 0}
    assert {case.action for case, _ in REFUSED} == set(ACTIONS)


@each_change
def test_an_action_does_once_what_its_dry_run_showed_and_is_taken_back_whole(shop: Shop, case: Case) -> None:
    before = prepared(shop, case)
    look = look_at(shop.backend, asked(case.action, case.customer, case.arguments), shop.now)
    assert shop.hash() == before

    written = run(shop, case)
    after = shop.hash()

    assert look.facts
    assert told_edits(look.edits) == told_edits(written.edits) != ()
    assert verify_action(shop.backend, written) == ()
    assert after != before
    assert run(shop, case) == written
    assert shop.hash() == after
    if ACTIONS[case.action].is_undoable:
        assert undo_action(shop.backend, "key") == undo_action(shop.backend, "key")
        assert shop.hash() == before
    else:
        with pytest.raises(NotAllowed, match="Instead: ask the customer"):
            undo_action(shop.backend, "key")
        assert shop.hash() == after


@each_change
def test_a_change_that_did_not_stay_fails_its_check(shop: Shop, case: Case) -> None:
    prepared(shop, case)
    written = run(shop, case)

    shop.meddle(written)

    assert verify_action(shop.backend, written)


@pytest.mark.parametrize(("case", "why"), REFUSED, ids=lambda one: getattr(one, "action", None))
def test_a_guard_says_no_and_nothing_changes(shop: Shop, case: Case, why: str) -> None:
    before = prepared(shop, case)

    with pytest.raises(PersonError, match=why):
        run(shop, case)

    assert shop.hash() == before
    assert shop.backend.find_write("key") is None


def test_what_belongs_to_another_is_not_there(shop: Shop) -> None:
    shop.run("queue_refund", "per_ada", refund("HR-20014", 2450), key="before")
    before = shop.hash()

    for case in CHANGES:
        with pytest.raises(NotFound, match="this customer has no"):
            shop.run(case.action, "per_stranger", case.arguments)

    assert shop.hash() == before


@each_change
def test_arguments_are_taken_as_they_are_or_not_at_all(case: Case) -> None:
    action, name = ACTIONS[case.action], next(iter(case.arguments))
    given = dict(case.arguments)

    for wrong in ({}, {**given, "sudo": True}, {**given, name: 7}, {**given, name: None}):
        with pytest.raises(BadAnswer, match=case.action):
            action.read(wrong)


@pytest.mark.parametrize("seed", range(4))
def test_many_actions_in_any_order_are_taken_back_to_the_world_before(shop: Shop, seed: int) -> None:
    before, done = shop.hash(), []
    undoable = [case for case in CHANGES if ACTIONS[case.action].is_undoable] * 2
    shuffled = Random(seed).sample(undoable, len(undoable))  # noqa: S311 - an order, no secret
    for number, case in enumerate(shuffled):
        with suppress(BadAnswer):
            done.append(run(shop, case, key=f"number {number}"))

    assert len(done) >= len(undoable) // 2
    for one in reversed(done):
        undo_action(shop.backend, one.key)
    assert shop.hash() == before


def test_what_only_looks_writes_nothing(shop: Shop) -> None:
    before = shop.hash()

    written = shop.run("privacy_status", "per_ada", {"request_id": "PRV-1"})

    assert written.edits[0].before == written.edits[0].after
    assert shop.backend.find_write("key") is None
    assert verify_action(shop.backend, written) == ()
    assert shop.hash() == before


def test_a_key_serves_one_action_with_one_set_of_arguments(shop: Shop) -> None:
    shop.run("queue_refund", "per_ada", refund("HR-20014", 100))

    with pytest.raises(BadAnswer, match="give queue_refund one of its own"):
        shop.run("queue_refund", "per_ada", refund("HR-20014", 200))


def test_an_action_of_another_version_is_not_run(shop: Shop) -> None:
    old = asked("cancel_order", "per_ada", {"order_id": "HR-20010"})

    with pytest.raises(BadAnswer, match="at version 1, not 9"):
        run_action(shop.backend, type(old)(old.customer, old.action, 9, old.arguments), key="k", now=shop.now)


def test_what_was_taken_back_is_not_done_again_under_its_key(shop: Shop) -> None:
    case = CHANGES[0]
    before = prepared(shop, case)
    run(shop, case)
    undo_action(shop.backend, "key")

    with pytest.raises(NotAllowed, match="has been taken back"):
        run(shop, case)

    assert shop.hash() == before


def test_taking_back_what_never_happened_keeps_it_from_happening_late(shop: Shop) -> None:
    before = shop.hash()

    assert undo_action(shop.backend, "key") is None
    with pytest.raises(BadAnswer, match="withdrawn"):
        run(shop, CHANGES[0])

    assert undo_action(shop.backend, "key") is None
    assert shop.hash() == before


def test_what_others_took_meanwhile_stays_theirs(shop: Shop) -> None:
    """Two take from one shelf and one payment; the first goes back, the second stays."""
    shop.run("queue_refund", "per_ada", refund("HR-20014", 100), key="one")
    shop.run("queue_refund", "per_ada", refund("HR-20014", 20), key="two")

    undo_action(shop.backend, "one")

    payment = shop.backend.find(Payment, "PAY-HR-20014")
    assert payment
    assert payment.refunded == 20
    assert [one.amount for one in shop.backend.list_of(Refund, "payment_id", payment.key)] == [20]
    shop.run("queue_refund", "per_ada", refund("HR-20014", 3), key="three")
    assert len(shop.backend.list_of(Refund, "payment_id", payment.key)) == 2


def test_of_several_who_give_the_last_money_back_at_once_one_does(shop: Shop) -> None:
    """Each under a key of its own, as two tickets about one payment."""
    gate = threading.Barrier(4)

    def give(number: int) -> bool:
        gate.wait()
        try:
            shop.run("queue_refund", "per_ada", refund("HR-20014", 6000), key=f"ticket {number}")
        except (BadAnswer, Overtaken):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == [False, False, False, True]

    payment = shop.backend.find(Payment, "PAY-HR-20014")
    assert payment
    assert payment.refunded == 6000


def test_money_that_has_left_is_not_taken_back(shop: Shop) -> None:
    shop.run("queue_refund", "per_ada", refund("HR-20014", 100), key="queue")
    shop.run("pay_out_refund", "per_ada", {"refund_id": "PAY-HR-20014-R1"}, key="pay")
    after = shop.hash()

    with pytest.raises(Overtaken, match="refund PAY-HR-20014-R1 has changed meanwhile"):
        undo_action(shop.backend, "queue")

    assert shop.hash() == after


def test_parts_that_were_sold_meanwhile_keep_a_cancelled_order_cancelled(shop: Shop) -> None:
    shop.run("cancel_order", "per_ada", {"order_id": "HR-20011"})
    freed = shop.backend.find(Part, "CRB-202")
    assert freed
    sold = edit(freed, freed.model_copy(update={"on_hand": 0}))
    shop.backend.write(Written(key="sale", action="sell", edits=(sold,)))

    with pytest.raises(Overtaken, match="taken by others"):
        undo_action(shop.backend, "key")


def test_a_place_that_was_taken_meanwhile_is_not_taken_twice(shop: Shop) -> None:
    shop.run("move_booking", "per_ben", {"booking_id": "BKG-2", "slot_id": "SLT-4"}, key="ben")
    shop.run("move_booking", "per_dai", {"booking_id": "BKG-4", "slot_id": "SLT-2"}, key="dai")

    with pytest.raises(Overtaken, match="appointment SLT-2 was taken by others"):
        undo_action(shop.backend, "ben")

    slot = shop.backend.find(Slot, "SLT-2")
    assert slot
    assert slot.taken == slot.places


def test_a_failed_check_names_what_differs_and_no_address(shop: Shop) -> None:
    written = shop.run("change_order_address", "per_ada", {"order_id": "HR-20010", **NEW_HOME})
    home = next(one.new for one in written.edits if one.kind == "address" and one.is_change)
    assert isinstance(home, Address)
    moved = edit(home, home.model_copy(update={"city": "Canaryton"}))
    shop.backend.write(Written(key="odd", action="meddle", edits=(moved,)))
    shop.meddle(written)

    assert verify_action(shop.backend, written) == (
        f"order HR-20010: address_id is 'ADR-1', should be '{home.key}'",
        f"address {home.key}: city is not as it should be",
    )


def test_a_payment_that_does_not_add_up_fails_the_check(shop: Shop) -> None:
    written = shop.run("queue_refund", "per_ada", refund("HR-20014", 100))
    payment = shop.backend.find(Payment, "PAY-HR-20014")
    assert payment
    more = edit(payment, payment.model_copy(update={"refunded": 500}))
    shop.backend.write(Written(key="odd", action="meddle", edits=(more,)))

    assert verify_action(shop.backend, written) == (
        "payment PAY-HR-20014 says 500 came back, and its refunds say 100",
    )


def test_a_sale_to_somebody_else_is_no_part_of_what_a_decision_rests_on(shop: Shop) -> None:
    wanted = asked("open_exchange", "per_ada", {"line_id": "HR-20014-2", "sku": "GSK-101"})
    before = look_at(shop.backend, wanted, shop.now)
    part = shop.backend.find(Part, "GSK-101")
    assert part
    sold = edit(part, part.model_copy(update={"on_hand": part.on_hand - 1}))
    shop.backend.write(Written(key="sale", action="sell", edits=(sold,)))

    assert look_at(shop.backend, wanted, shop.now).facts == before.facts


def test_the_author_and_the_reporter_of_a_post_may_have_it_decided(shop: Shop) -> None:
    for person_id in ("per_ada", "per_ben"):
        assert look_at(shop.backend, asked("settle_report", person_id, UPHELD), shop.now).edits
    with pytest.raises(NotFound):
        look_at(shop.backend, asked("settle_report", "per_cleo", UPHELD), shop.now)


def test_an_order_goes_where_it_was_sent_to(shop: Shop) -> None:
    shop.run("change_order_address", "per_ada", {"order_id": "HR-20010", **NEW_HOME})
    order = shop.backend.find(Order, "HR-20010")
    assert order
    address = shop.backend.find(Address, order.address_id)
    assert address
    assert {**dict(address), **NEW_HOME} == dict(address)

    shop.run("change_order_address", "per_ada", {"order_id": "HR-20011", **NEW_HOME}, key="other")

    assert len(shop.backend.list_of(Address, "person_id", "per_ada")) == 2
