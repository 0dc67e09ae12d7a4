"""Does a wrong playbook stop the start, with its line and what to write instead?"""

from pathlib import Path

import pytest

from escalation.playbook import Known, plan_steps
from escalation.playbook_check import open_playbooks
from store.errors import BadAnswer, Misconfigured

PAINT = Known(1, {"car": "text", "coats": "integer", "gloss": "yes_no", "colour": "text"},
              {"colour": frozenset({"red", "green"})}, tier=2, is_undoable=True)  # fmt: skip
CRUSH = Known(2, {"car": "text"}, {}, tier=4, is_undoable=False)
LOOK = Known(1, {"car": "text"}, {}, tier=0, is_undoable=True)
KNOWN = {"crush": CRUSH, "look": LOOK, "paint": PAINT}
GOOD = """\
name: respray
version: 1
title: Paint a car
when: {says: The colour is wrong., category: product}
tier: 2
inputs:
  car: {kind: text, says: Which car}
  coats: {kind: integer, says: How many coats, least: 1, most: 5}
steps:
  - action: look
    arguments: {car: $car}
  - action: paint
    arguments: {car: $car, coats: $coats, gloss: true, colour: red}
    undo: own
messages: {done: playbook.respray.done}
"""


def written(folder: Path, *changes: tuple[str, str], name: str = "respray") -> Path:
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / f"{name}.yml").write_text(text)
    return folder


def test_a_playbook_is_a_list_of_steps_with_the_inputs_filled_in(tmp_path: Path) -> None:
    book = open_playbooks(KNOWN, written(tmp_path))["respray"]

    look, paint = plan_steps(book, {"car": "MGB", "coats": 2})

    assert (look.number, look.action, look.undo, dict(look.arguments)) == (1, "look", "none", {"car": "MGB"})
    assert dict(paint.arguments) == {"car": "MGB", "coats": 2, "gloss": True, "colour": "red"}
    assert (paint.undo, book.messages.key_for("done")) == ("own", "playbook.respray.done")
    assert book.messages.key_for("rolled_back") == "playbook.rolled_back"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"car": "MGB"}, "respray needs coats: How many coats"),
        ({"car": "MGB", "coats": 2, "sudo": True}, "has no input 'sudo'; it has: car, coats"),
        ({"car": "MGB", "coats": "2"}, "coats: '2' is no integer"),
        ({"car": "MGB", "coats": True}, "coats: True is no integer"),
        ({"car": 7, "coats": 2}, "car: 7 is no text"),
        ({"car": "", "coats": 2}, "write 1 to 500 letters"),
        ({"car": "MGB", "coats": 0}, "0 is less than 1"),
        ({"car": "MGB", "coats": 6}, "6 is more than 5"),
    ],
)
def test_inputs_are_taken_as_they_are_or_refused(tmp_path: Path, given: dict[str, object], why: str) -> None:
    book = open_playbooks(KNOWN, written(tmp_path))["respray"]

    with pytest.raises(BadAnswer) as refused:
        plan_steps(book, given)

    assert why in str(refused.value)


def test_what_an_input_says_is_never_read_as_a_reference(tmp_path: Path) -> None:
    book = open_playbooks(KNOWN, written(tmp_path))["respray"]

    _, paint = plan_steps(book, {"car": "$coats", "coats": 2})

    assert paint.arguments["car"] == "$coats"


NO_WAY_BACK = ("    undo: own\n", "")
WRONG = (
    (("name: respray", "name: repaint"), "line 1, name: the file is called 'respray'"),
    (("tier: 2", "tier: 0"), "line 5, tier: paint is of tier 2: write 2"),
    (("tier: 2", "tier: 1"), "line 5, tier: "),
    (("tier: 2", "teir: 2"), "line 5, teir: this word is not known here"),
    (("action: look", "action: stare"), "line 10, steps.0.action: there is no action 'stare'; there are"),
    (("action: look", "action: look\n    version: 3"), "line 11, steps.0.version: look is at version 1"),
    (("{car: $car}", "{}"), "line 11, steps.0.arguments: look needs car"),
    (("{car: $car}", "{car: $car, wheel: 4}"), "line 11, steps.0.arguments.wheel: look takes no 'wheel'"),
    (("{car: $car}", "{car: 4}"), "line 11, steps.0.arguments.car: 4 is no text"),
    (("coats: $coats", "coats: $car"), "steps.1.arguments.coats: the input is text, and coats is integer"),
    (("gloss: true", "gloss: shiny"), "steps.1.arguments.gloss: 'shiny' is no yes_no"),
    (("colour: red", "colour: blue"), "steps.1.arguments.colour: 'blue' is not one of: green, red"),
    (("colour: red", "colour: $car"), "colour takes one of: green, red; write these as the choices"),
    (("$coats", "2"), "line 8, inputs.coats: no step uses it"),
    (("{car: $car}", "{car: $cat}"), "line 9, steps: $cat is no input: write it under `inputs`"),
    (NO_WAY_BACK, "line 12, steps.1: write how it is taken back, in one way"),
    (("undo: own", "undo: own\n    compensation: Sell it."), "line 12, steps.1: write how it is taken back"),
    (("undo: own", "compensation: Sell it."), "steps.1.compensation: what cannot be taken back is of tier 4"),
    (("undo: own", "undo: maybe"), "line 14, steps.1.undo"),
    (("undo: own", "rollback: respray"), "line 14, steps.1.rollback: there is no playbook 'respray' beside"),
    (("undo: own", "rollback: strip"), "there is no playbook 'strip'"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "why"), WRONG)
def test_a_wrong_playbook_is_refused(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        open_playbooks(KNOWN, written(tmp_path, change))

    assert why in str(refused.value)
    assert "respray.yml, line " in str(refused.value)


LAST = "  - action: paint\n    arguments: {car: $car, coats: $coats, gloss: true, colour: red}\n    undo: own"
CRUSHING = (
    (LAST, "  - {action: crush, version: 2, arguments: {car: $car}, WAY}"),
    ("  coats: {kind: integer, says: How many coats, least: 1, most: 5}\n", ""),
    ("tier: 2", "tier: 4"),
)


def test_what_cannot_be_undone_names_a_compensation(tmp_path: Path) -> None:
    folder = written(tmp_path, *CRUSHING, ("WAY", "undo: own"))
    with pytest.raises(
        Misconfigured, match="crush cannot be undone: name a `compensation`, and write tier 4"
    ):
        open_playbooks(KNOWN, folder)

    books = open_playbooks(KNOWN, written(tmp_path, *CRUSHING, ("WAY", "compensation: Buy another.")))

    (_, crush) = plan_steps(books["respray"], {"car": "MGB"})
    assert (crush.undo, crush.compensation) == ("none", "Buy another.")


def test_another_playbook_may_take_a_step_back_if_it_gets_its_inputs(tmp_path: Path) -> None:
    written(tmp_path, ("undo: own", "rollback: strip"))
    written(tmp_path, ("name: respray", "name: strip"), name="strip")

    _, paint = plan_steps(open_playbooks(KNOWN, tmp_path)["respray"], {"car": "MGB", "coats": 2})

    assert (paint.undo, paint.rollback) == ("rollback", "strip")
    more = (("{kind: text, says: Which car}", "text\n  shade: text"), ("colour: red", "colour: red"))
    written(
        tmp_path,
        ("name: respray", "name: strip"),
        *more,
        ("car: $car, coats", "car: $shade, coats"),
        name="strip",
    )
    with pytest.raises(Misconfigured, match=r"strip needs the input 'shade' \(text\)"):
        open_playbooks(KNOWN, tmp_path)


def test_a_folder_without_playbooks_has_none(tmp_path: Path) -> None:
    assert open_playbooks(KNOWN, tmp_path) == {}
