"""Is every sentence of the pages there, in every language?"""

import re
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.view import turn_of
from bot.web.case import SILENT
from bot.wording import FOLDER, LANGUAGES, has_text
from store import access, events, messages
from store.clock import StandingClock
from tests.bot.web.conftest import MONDAY

WEB = Path(__file__).resolve().parents[3] / "bot" / "web"


def sentences(tree: dict[str, Any], before: str = "") -> dict[str, frozenset[str]]:
    """Each key with the names of what is filled in."""
    found: dict[str, frozenset[str]] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= sentences(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = frozenset(re.findall(r"{(\w+)", str(value)))
    return found


def spoken(language: str) -> dict[str, frozenset[str]]:
    return sentences(yaml.safe_load((FOLDER / "pages" / f"{language}.yml").read_text(encoding="utf-8")))


def test_every_language_says_the_same_things_on_the_pages() -> None:
    for language in LANGUAGES:
        assert spoken(language) == spoken("en"), language


def test_every_sentence_that_a_page_names_is_there() -> None:
    templates = "".join(path.read_text() for path in (WEB / "templates").rglob("*.html"))
    code = "".join(path.read_text() for path in WEB.glob("*.py"))
    named = re.findall(r"\bt\(\s*['\"]([a-z_.]+[a-z_])['\"][,)]", templates)
    named += re.findall(r"['\"](page\.[a-z_.]+[a-z_])['\"]", code)

    assert len(named) > 150
    assert sorted({key for key in named if not has_text(key)}) == []


def test_what_is_chosen_by_name_has_its_words() -> None:
    chosen = {
        "page.status": get_args(events.Status),
        "desk.status": get_args(events.Status),
        "desk.role": get_args(access.Role),
        "desk.owner": get_args(messages.Ownership),
        "page.reads": ("assistant", "person", "nobody"),
        "desk.outcome": ("shown", "solved", "not_solved"),
        "desk.resolution": get_args(events.Resolution),
        "desk.language": LANGUAGES,
        "desk.rank": ("p0", "p1", "p2", "p3"),
    }

    missing = [f"{group}.{name}" for group, names in chosen.items() for name in names]
    assert [key for key in missing if not has_text(key)] == []


FILLED = {"lines": (), "citations": (), "choices": (), "files": (), "near": (), "size": 1}


def test_every_fact_of_a_timeline_is_said_in_words_or_not_at_all() -> None:
    clock = StandingClock(MONDAY)
    kinds = get_args(get_args(events.Event)[0])
    for kind in kinds:
        fields = dict.fromkeys(kind.model_fields, "x") | FILLED | {"kind": kind.model_fields["kind"].default}
        event = kind.model_construct(**fields)
        voice = turn_of(events.Recorded("T-1001", 1, clock.now(), event)).voice
        assert voice != "fact" or event.kind in SILENT or has_text(f"fact.{event.kind}"), event.kind
