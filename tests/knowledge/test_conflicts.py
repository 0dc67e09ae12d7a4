"""Are articles that disagree found, and those left alone that speak of different things?"""

from pathlib import Path

import pytest

from knowledge.comparing import Compared, Comparison, compare_shelf
from tests.knowledge.conftest import Room

RETURN = "# Return a part\n\nYou can return a part within 30 days of delivery.\n"


def compared(room: Room) -> Comparison:
    room.sync()
    return compare_shelf(room.library.database, room.library.embedder)


def told(found: Comparison) -> list[tuple[str, str, str]]:
    return [(one.kind, *one.articles) for one in found.conflicts]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Parts may be returned within 14 days after they were delivered.", "figures"),
        ("You can return a part within two weeks of delivery.", "figures"),
        ("You cannot return a part within 30 days of delivery.", "denial"),
    ],
)
def test_two_articles_that_say_different_things_are_both_shown(room: Room, text: str, kind: str) -> None:
    room.write("a.md", RETURN)
    room.write("b.md", f"# Refunds and returns\n\nWrite to us first.\n\n{text}\n")

    found = compared(room)

    assert told(found) == [(kind, "a.md", "b.md")]
    assert found.conflicts[0].one.text == "You can return a part within 30 days of delivery."
    assert found.conflicts[0].other.first == 5


@pytest.mark.parametrize(
    "text",
    [
        "# Refunds\n\nYou can return a part within 30 days of delivery.\n",
        "# Refunds\n\nYou can return a part within 20 to 30 days of delivery.\n",
        "# Refunds\n\nCan I return a part within 14 days of delivery?\n",
        "# Opening hours\n\nThe workshop is open for 14 days in August.\n",
        "# Wheels\n\nWheels weigh 14 kg.\n",
    ],
)
def test_what_agrees_asks_or_speaks_of_something_else_is_left_alone(room: Room, text: str) -> None:
    room.write("a.md", RETURN)
    room.write("b.md", text)

    assert told(compared(room)) == []


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("Split delivery is free.", "Split delivery costs £4.95.", True),
        ("Split delivery costs nothing.", "A split delivery costs £4.95 per order.", True),
        ("Split delivery is free.", "Split delivery is free of charge.", False),
        ("Split delivery is free for members.", "Split delivery costs £4.95.", False),
        ("Split delivery is free from £75.", "Split delivery costs £4.95.", False),
    ],
)
def test_what_is_free_has_no_price(room: Room, one: str, other: str, is_told: bool) -> None:
    room.write("a.md", f"# Orders in two parcels\n\n{one}\n")
    room.write("b.md", f"# Parcels and orders\n\n{other}\n")

    assert told(compared(room)) == ([("figures", "a.md", "b.md")] if is_told else [])


def test_the_same_list_or_command_with_other_figures_is_no_conflict(room: Room) -> None:
    both = "- Single zone: create 2 nodes in the pool.\n- Several zones: create 1 node in the pool."
    room.write("a.md", f"# Clusters of one provider\n\n{both}\n\nRun `cluster create --nodes 3 pool`.\n")
    room.write("b.md", f"# Clusters of a provider\n\n{both}\n\nRun `cluster create --nodes 5 pool`.\n")

    assert told(compared(room)) == []


def test_a_denial_under_a_condition_or_said_besides_contradicts_nothing(room: Room) -> None:
    room.write("a.md", "# Status of a node\n\nYou can change the status of a node at any time of the day.\n")
    room.write(
        "b.md",
        "# States of nodes\n\n"
        "You can change the status of a node at any time of the day if it does not run.\n\n"
        "You can change the status of a node at any time of the day, and no ticket is needed.\n",
    )

    assert told(compared(room)) == []


def test_articles_that_name_different_things_do_not_disagree(room: Room) -> None:
    room.write("a.md", "# Express shipping\n\nExpress delivery takes 1 working day and costs £9.\n")
    room.write("b.md", "# Standard shipping\n\nStandard delivery takes 3 working days and costs £4.\n")
    room.write("c.md", "# Error 403\n\nThis article explains error 403 when signing in.\n")
    room.write("d.md", "# Error 404\n\nThis article explains error 404 when signing in.\n")

    assert told(compared(room)) == []


def test_who_cannot_read_both_is_not_told(room: Room) -> None:
    room.write("a.md", f"---\naudience: team:north\n---\n{RETURN}")
    room.write("b.md", f"---\naudience: team:south\n---\n{RETURN.replace('30', '14')}")
    assert told(compared(room)) == []

    room.write("c.md", f"---\naudience: staff\n---\n{RETURN.replace('30', '20')}")
    found = compared(room)

    assert told(found) == [("figures", "a.md", "c.md"), ("figures", "b.md", "c.md")]
    assert told(found.seen_by(("public", "customers", "staff", "team:north"))) == [
        ("figures", "a.md", "c.md")
    ]


def test_german_articles_are_compared_as_well(room: Room) -> None:
    room.write("a.md", "# Rückgabe\n\nSie können ein Teil innerhalb von 30 Tagen zurückgeben.\n")
    room.write("b.md", "# Teile zurückgeben\n\nSie können ein Teil innerhalb von 14 Tagen zurückgeben.\n")

    assert told(compared(room)) == [("figures", "a.md", "b.md")]


def test_the_same_text_twice_is_found(room: Room) -> None:
    text = "Send a photo of the part, the number of the order and a line about what happened on the way."
    room.write("a.md", f"# Damaged parts\n\n{text}\n")
    room.write("b.md", f"# Parts that broke\n\n{text}\n")
    room.write(
        "c.md", "# Something else\n\nThe workshop looks after engines, brakes and lights of older cars.\n"
    )

    twins = compared(room).twins

    assert [one.articles for one in twins] == [("a.md", "b.md")]


def test_without_vectors_words_find_them(room: Room) -> None:
    room.write("a.md", RETURN)
    room.write("b.md", RETURN.replace("30", "14"))
    room.library.sync()

    assert told(compare_shelf(room.library.database, None)) == [("figures", "a.md", "b.md")]


def test_the_same_shelf_is_compared_once(room: Room, tmp_path: Path) -> None:
    room.write("a.md", RETURN)
    room.write("b.md", RETURN.replace("30", "14"))
    room.sync()
    kept = Compared(room.library.database, tmp_path / "compared")
    assert kept.find() is None

    fresh = kept.get(room.library.embedder)

    assert kept.find() == fresh
    assert fresh.conflicts
    room.write("b.md", RETURN)
    room.sync()
    assert kept.find() is None


def test_after_a_change_only_what_changed_is_compared_and_the_same_is_found(
    room: Room, tmp_path: Path
) -> None:
    matters = ("brakes", "engines", "lights", "wheels", "seats", "pumps", "doors", "mirrors")
    for number, matter in enumerate(matters):
        room.write(f"{matter}.md", f"# About {matter}\n\nOur {matter} weigh {number + 2} kg and are blue.\n")
    room.write("a.md", RETURN)
    room.write("b.md", f"# Refunds and returns\n\n{RETURN.replace('30', '14').splitlines()[2]}\n")
    room.write("c.md", "# Colours\n\nThe workshop paints a door within 3 working days.\n")
    kept = Compared(room.library.database, tmp_path / "compared")
    room.sync()
    assert [one.articles for one in kept.get(room.library.embedder).conflicts] == [("a.md", "b.md")]

    room.write("d.md", "# Painting\n\nThe workshop paints a door within 9 working days.\n")
    room.sync()
    found = kept.get(room.library.embedder)

    assert {one.articles for one in found.conflicts} == {("a.md", "b.md"), ("c.md", "d.md")}
    assert told(found) == told(compare_shelf(room.library.database, room.library.embedder))
    room.write("b.md", "# Refunds and returns\n\nYou can return a part within 30 days of delivery.\n")
    room.sync()
    assert told(kept.get(room.library.embedder)) == [("figures", "c.md", "d.md")]
    (room.folder / "d.md").unlink()
    room.sync()
    assert told(kept.get(room.library.embedder)) == []
