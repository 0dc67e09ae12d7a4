"""Are turns compared by the rules that stand beside the data, and told in the shape that programs read?"""

import argparse
import json
from datetime import date
from pathlib import Path

import pytest

from bot.commands import selftest
from bot.reader.scoring import CommandJson, WrittenTurn, is_same, read_turns, score_turns
from bot.reader.situation import Situation
from store.commands import Ask, Cancel, Command, SmallTalk, TalkToPerson
from store.errors import NotUnderstood

TODAY = date(2026, 11, 21)


def written(
    *expect: CommandJson, text: str = "hi", also_ok: tuple[list[CommandJson], ...] = ()
) -> WrittenTurn:
    slots = {"product": "text", "quantity": "number"}
    return WrittenTurn.model_validate(
        {
            "id": "en-1",
            "lang": "en",
            "situation": "idle",
            "text": text,
            "slots": slots,
            "expect": list(expect),
        }
        | {"also_ok": list(also_ok)}
    )


def fill(name: str, value: str) -> CommandJson:
    return {"kind": "fill_slot", "name": name, "value": value}


@pytest.mark.parametrize(
    ("got", "expected", "is_right"),
    [
        ([fill("product", "the water pump")], [fill("product", "Water  Pump")], True),
        ([fill("product", "pump")], [fill("product", "water pump")], False),
        ([fill("product", "water p")], [fill("product", "water pump")], True),
        ([fill("quantity", "12")], [fill("quantity", "1")], False),
        ([fill("quantity", "1"), fill("product", "x")], [fill("product", "x"), fill("quantity", "1")], True),
        ([fill("product", "x"), {"kind": "cancel"}], [fill("product", "x")], False),
        ([], [], True),
        ([{"kind": "rate", "value": "4"}], [{"kind": "rate", "value": 4}], True),
        ([{"kind": "ask", "question": "a"}], [{"kind": "ask", "question": "b"}], True),
        ([{"kind": "ticket_status", "ticket_id": "T-1"}], [{"kind": "ticket_status"}], False),
        ([{"kind": "confirm", "yes": True}], [{"kind": "confirm", "yes": False}], False),
    ],
)
def test_commands_are_compared_as_sets_with_their_arguments(
    got: list[CommandJson], expected: list[CommandJson], is_right: bool
) -> None:
    assert is_same(got, expected, written()) is is_right


def test_the_two_errors_that_hurt_are_counted_only_on_wrong_turns() -> None:
    person: CommandJson = {"kind": "talk_to_person"}
    turns = [
        written(person, text="missed"),
        written({"kind": "ask", "question": ""}, text="stopped"),
        written({"kind": "ask", "question": ""}, text="fine", also_ok=([person],)),
    ]
    answers: dict[str, Command] = {"missed": Ask(question=""), "stopped": Cancel(), "fine": TalkToPerson()}

    def read(text: str, _: Situation) -> tuple[Command, ...]:
        return (answers[text],)

    score = score_turns(iter(turns), read, TODAY)

    assert (score.n, score.missed_person, score.false_stop, len(score.wrong)) == (3, 1, 1, 2)


def test_the_figures_stand_by_language_and_situation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text(
        "\n".join(json.dumps(turn) for turn in (line("hi", "greeting"), line("hello", "goodbye"))) + "\n\n",
        "utf-8",
    )

    assert run("reader", str(file), "--json") == 0

    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 2
    assert figures["exact"] == 0.5
    assert figures["by"]["lang"] == {"en": {"n": 2, "exact": 0.5}}
    assert figures["by"]["situation"] == {"idle": {"n": 2, "exact": 0.5}}
    assert (figures["missed_person"], figures["false_stop"]) == (0, 0)
    greeting = {"kind": "small_talk", "topic": "greeting"}
    assert figures["wrong"] == [
        {"id": "en-hello", "got": [greeting], "expect": line("hello", "goodbye")["expect"]}
    ]


def test_people_read_a_table_with_the_wrong_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text(json.dumps(line("hello", "goodbye")), "utf-8")

    assert run("reader", str(file)) == 0

    told = capsys.readouterr().out
    assert "0.0%" in told
    assert "expect small_talk goodbye" in told


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"id": 1', "turns.jsonl:1"),
        ("[]", "turns.jsonl:1"),
        (json.dumps({"id": "a", "lang": "en", "situation": "asleep", "text": "", "expect": []}), "situation"),
        (
            json.dumps(
                {"id": "a", "lang": "en", "situation": "idle", "text": "", "expect": [{"kind": "fly"}]}
            ),
            "fly",
        ),
    ],
)
def test_a_line_that_is_no_turn_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text(content, "utf-8")

    with pytest.raises(NotUnderstood, match=complaint) as caught:
        list(read_turns(file))

    assert "\n" not in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood, match=r"nowhere\.jsonl"):
        run("reader", str(tmp_path / "nowhere.jsonl"))


def line(text: str, topic: str) -> dict[str, object]:
    expect = [SmallTalk.model_validate({"topic": topic}).model_dump()]
    return {"id": f"en-{text}", "lang": "en", "situation": "idle", "text": text, "expect": expect}


def run(*given: str) -> int:
    parser = argparse.ArgumentParser()
    selftest.add_arguments(parser)
    options = parser.parse_args(given)
    return int(options.run(options))
