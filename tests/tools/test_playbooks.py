"""Does every playbook that comes with the desk run, and can it be taken back after each of its steps?"""

from collections.abc import Mapping

import pytest

from escalation.playbook import PlannedStep, Playbook, plan_steps
from escalation.playbook_check import open_playbooks
from store.backend_records import Order, Refund, Written
from store.errors import BadAnswer, NotAllowed
from tests.tools.shop import Shop
from tools.actions.catalogue import known_actions
from tools.actions.registry import ACTIONS
from tools.actions.rehearsal import Rehearsal, rehearse
from tools.actions.running import Asked, run_action, told_edits, undo_action, verify_action

BOOKS = open_playbooks(known_actions())
Inputs = Mapping[str, object]
HOME = {"name": "Ada", "street": "2 Mill Lane", "city": "Bath", "postcode": "BA1 1AB", "country": "GB"}
MONEY = {"payment": "PAY-HR-20010", "currency": "GBP"}
GIVEN: dict[str, tuple[str, Inputs]] = {
    "billing-access": ("per_ben", {"account": "ACC-2", "invoice": "INV-HR-20024"}),
    "cancel-order": ("per_ada", {"order": "HR-20010", "amount": 17790, **MONEY}),
    "change-address": ("per_ada", {"order": "HR-20010", **HOME}),
    "exchange": ("per_ada", {"line": "HR-20014-2", "part": "GSK-101"}),
    "give-place": ("per_elif", {"waiting": "WTG-5"}),
    "lift-block": ("per_ada", {"block": "BLK-1"}),
    "move-booking": ("per_ben", {"booking": "BKG-2", "slot": "SLT-4"}),
    "pay-out-refund": ("per_ada", {"refund": "PAY-HR-20014-R1"}),
    "privacy-status": ("per_ada", {"request": "PRV-1"}),
    "reduce-order": ("per_ada", {"line": "HR-20010-1", "quantity": 1, "amount": 9780, **MONEY}),
    "refund": ("per_ada", {"payment": "PAY-HR-20014", "amount": 2450, "currency": "GBP"}),
    "resend-invoice": ("per_ada", {"invoice": "INV-HR-20014"}),
    "resync-device": ("per_ada", {"integration": "APL-1"}),
    "retry-form": ("per_ada", {"submission": "SUB-1-1"}),
    "settle-report": ("per_ada", {"report": "RPT-1", "verdict": "upheld"}),
    "sign-out-everywhere": ("per_ben", {"account": "ACC-2"}),
    "unlock-account": ("per_ada", {"account": "ACC-1"}),
}
every_book = pytest.mark.parametrize("name", sorted(BOOKS))


def step_through(shop: Shop, customer: str, steps: tuple[PlannedStep, ...]) -> list[Written]:
    return [shop.run(one.action, customer, one.arguments, key=f"step {one.number}") for one in steps]


def begin(shop: Shop, name: str) -> tuple[str, tuple[PlannedStep, ...]]:
    if name == "pay-out-refund":
        refund = {"payment_id": "PAY-HR-20014", "amount": 100, "currency": "GBP"}
        shop.run("queue_refund", "per_ada", refund, key="before")
    customer, inputs = GIVEN[name]
    return customer, plan_steps(BOOKS[name], inputs)


def test_every_playbook_is_tried_and_every_action_is_in_one() -> None:
    assert set(BOOKS) == set(GIVEN)
    assert {step.action for book in BOOKS.values() for step in book.steps} == set(ACTIONS)


@every_book
def test_a_playbook_runs_and_every_step_passes_its_check(shop: Shop, name: str) -> None:
    customer, steps = begin(shop, name)
    before = shop.hash()
    looks = rehearse(shop.backend, customer, steps, shop.now)
    assert shop.hash() == before

    done = step_through(shop, customer, steps)
    after = shop.hash()

    assert [told_edits(one.edits) for one in looks] == [told_edits(one.edits) for one in done]

    assert [fault for one in done for fault in verify_action(shop.backend, one)] == []
    assert (after == before) == (BOOKS[name].tier == 0)
    # Resumed from the start, as after a crash: no step has a second effect.
    assert step_through(shop, customer, steps) == done
    assert shop.hash() == after


@every_book
def test_a_playbook_is_taken_back_from_each_of_its_steps(shop: Shop, name: str) -> None:
    customer, steps = begin(shop, name)
    before = shop.hash()
    last = len(steps) if steps[-1].undo == "own" else len(steps) - 1

    for stopped in range(1, last + 1):
        run = tuple(steps[:stopped])
        done = [shop.run(one.action, customer, one.arguments, key=f"{stopped} {one.number}") for one in run]
        for one in reversed(done):
            undo_action(shop.backend, one.key)
        assert shop.hash() == before


def test_what_was_paid_out_names_what_to_do_instead(shop: Shop) -> None:
    customer, steps = begin(shop, "pay-out-refund")
    step_through(shop, customer, steps)

    assert steps[0].undo == "none"
    assert "pay the amount again" in steps[0].compensation
    with pytest.raises(NotAllowed, match="pay the amount again"):
        undo_action(shop.backend, "step 1")


def test_a_rehearsal_refuses_the_step_that_would_be_refused(shop: Shop) -> None:
    """The second step would give back more than the first leaves."""
    money: dict[str, str | int | bool] = {"payment_id": "PAY-HR-20014", "amount": 3000, "currency": "GBP"}
    twice = tuple(
        PlannedStep(number, "queue_refund", 1, money, "own", "", "")
        for number in (1, 2, 3)
    )  # fmt: skip

    with pytest.raises(BadAnswer, match="320 of 6320 are left"):
        rehearse(shop.backend, "per_ada", twice, shop.now)


def test_a_rehearsal_can_be_taken_back_as_the_shop_can(shop: Shop) -> None:
    before, stage = shop.hash(), Rehearsal(shop.backend)
    customer, steps = begin(shop, "cancel-order")
    seen = stage.find(Order, "HR-20010")

    for one in steps:
        wanted = Asked(customer, one.action, one.version, one.arguments)
        done = run_action(stage, wanted, key=f"step {one.number}", now=shop.now)
        assert verify_action(stage, done) == ()
    assert stage.find(Order, "HR-20010") != seen
    for one in reversed(steps):
        undo_action(stage, f"step {one.number}")

    assert stage.find(Order, "HR-20010") == seen
    assert stage.list_of(Refund, "payment_id", "PAY-HR-20010") == ()
    assert shop.hash() == before


@every_book
def test_a_playbook_is_asked_for_as_dangerous_as_its_actions_are(name: str) -> None:
    book: Playbook = BOOKS[name]

    assert book.tier == max(ACTIONS[step.action].tier for step in book.steps)
