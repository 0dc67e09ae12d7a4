"""Can a desk be staffed from a terminal, and does a bad line say what to write instead?"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from store.access import find_key, list_staff
from store.clock import SystemClock
from store.database import Database
from store.people import order_value_of, tier_of
from store.settings import Settings
from tests.bot.commands.conftest import Terminal
from tests.databases import opened

Run = Callable[..., str]
KNOWN = text("SELECT external_id, person_id FROM people WHERE external_id <> ''")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Database]:
    database = opened(settings)
    yield database
    database.close()


@pytest.fixture
def people(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What is printed; a refusal as its one line."""
    monkeypatch.setenv("DESKBELL_TIMEZONE", "Europe/Berlin")

    def run(*words: str) -> str:
        code, out, err = terminal("people", *words)
        assert bool(code) == bool(err)
        assert len(err.splitlines()) <= 1
        return out or err

    return run


def rows(people: Run) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(people("list", "--json"))}


MARA = (*"add Mara --email mara@shop.example --skill billing --skill bugs --capacity 4".split(),)


def test_somebody_is_added_with_a_link_that_opens_the_desk(people: Run, desk: Database) -> None:
    told = json.loads(people(*MARA, "--hours", "mon-fri 09:00-17:00", "--lead", "--team", "first", "--json"))

    assert rows(people)["Mara"] == {
        "person_id": told["person_id"],
        "name": "Mara",
        "email": "mara@shop.example",
        "role": "agent",
        "is_on_call": False,
        "takes_tickets": True,
        "team": "first",
        "skills": ["billing", "bugs"],
        "capacity": 4,
        "load": 0,
        "presence": "off",
        "tz": "Europe/Berlin",
        "hours": "mon-fri 09:00-17:00",
        "is_lead": True,
        "on_leave_until": None,
    }
    with desk.read() as connection:
        key = find_key(connection, "link", told["link"].rpartition("/")[2], SystemClock().now())
    assert key
    assert key.person_id == told["person_id"]


def test_what_is_given_changes_and_the_rest_stays(people: Run) -> None:
    people(*MARA, "--hours", "mon 09:00-17:00")

    assert people("change", "mara", "--capacity", "7", "--tz", "Asia/Tokyo") == "Mara is changed.\n"

    row = rows(people)["Mara"]
    assert (row["capacity"], row["tz"], row["hours"]) == (7, "Asia/Tokyo", "mon 09:00-17:00")
    assert row["skills"] == ["billing", "bugs"]
    people("change", "Mara", "--no-tickets")
    assert rows(people)["Mara"]["takes_tickets"] is False


def test_who_works_here_is_listed_in_a_line_each(people: Run) -> None:
    people(*MARA)
    people("add", "Ines", "--role", "editor")

    lines = people("list").splitlines()

    assert [line.split()[1] for line in lines[:3]] == ["Admin", "Ines", "Mara"]
    assert "takes no tickets" in lines[1]
    assert "0/4  off" in lines[2]
    assert lines[3] == "On call now: nobody"


def test_leave_lasts_through_the_day_where_they_live_and_presence_ends_it(people: Run) -> None:
    people(*MARA)

    told = json.loads(people("leave", "Mara", "--until", "2199-12-24", "--json"))
    assert told["back_from"] == "2199-12-25T00:00:00+01:00"
    assert rows(people)["Mara"]["presence"] == "off"
    assert "leave to 2199-12-24" in people("list")

    assert people("presence", "Mara", "away") == "Mara is away.\n"
    row = rows(people)["Mara"]
    assert (row["presence"], row["on_leave_until"]) == ("away", None)


def test_a_link_can_be_made_again_and_taken_back(people: Run, desk: Database) -> None:
    people(*MARA)
    link = people("link", "Mara").strip()

    assert "1 links and sessions were open" in people("revoke", "Mara")
    with desk.read() as connection:
        assert find_key(connection, "link", link.rpartition("/")[2], SystemClock().now()) is None


def test_who_is_removed_is_not_of_the_staff_any_more(people: Run) -> None:
    people(*MARA)

    assert people("remove", "Mara") == "Mara is off the desk.\n"
    assert "nobody of the staff is 'Mara'" in people("link", "Mara")


def test_people_are_on_call_in_turn(people: Run) -> None:
    people(*MARA)
    people("add", "Tom")

    plan = json.loads(people("on-call", "Tom", "Mara", "--time", "08:00", "--weekday", "wed", "--json"))

    assert plan["on_call"] == rows(people)["Tom"]["person_id"]
    assert rows(people)["Tom"]["is_on_call"] is True
    assert (plan["rotation"]["tz"], plan["rotation"]["time"]) == ("Europe/Berlin", 480)
    assert len(plan["shifts"]) == 6
    said = people("on-call")
    assert said.startswith("On call now: Tom\nOne hands over on wed at 08:00, Europe/Berlin.\n")
    people("leave", "Mara", "--until", "2199-01-01")
    assert "  Mara (on leave)\n" in people("on-call")
    assert "On call now: nobody" in people("on-call", "--off")


def test_somebody_stands_in_until_it_is_taken_back(people: Run) -> None:
    people(*MARA)
    times = ("--from", "2026-01-01 00:00", "--to", "2026-02-01 00:00")
    assert "is over or takes no time" in people("stand-in", "Mara", *times)
    assert "more than 92 days" in people("stand-in", "Mara", "--from", "2026-01-01", "--to", "2199-01-01")

    today = SystemClock().now().date().isoformat()
    whole_day = ("--from", f"{today} 00:00", "--to", f"{today} 23:59:59", "--tz", "UTC")
    told = people("stand-in", "Mara", *whole_day, "--json")
    assert people("on-call").startswith("On call now: Mara")

    people("stand-in", "--drop", json.loads(told)["override_id"])
    assert people("on-call").startswith("On call now: nobody")


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("add", " "), "is no name: give 1 to 120 letters"),
    (("add", "Tom", "--role", "boss"), "'boss' is no role: give one of agent, lead"),
    (("add", "Tom", "--email", "tom"), "'tom' is no e-mail: write one like mara@shop.example"),
    (("add", "Tom", "--email", "Mara@shop.example"), "is the e-mail of Mara"),
    (("add", "Tom", "--capacity", "0"), "the capacity is '0': give 1 to 1000 tickets at a time"),
    (("add", "Tom", "--tz", "Berlin"), "'Berlin' is no time zone: write one like"),
    (("add", "Tom", "--hours", "always"), "'always' is no hours: write"),
    (("add", "Tom", "--skill", "a b*"), "'b*' is no skill: write small letters"),
    (("leave", "Mara", "--until", "soon"), "'soon' is no day: write one like 2026-12-24"),
    (("leave", "Mara", "--until", "2020-01-01"), "which is over: give a later day"),
    (("presence", "Tim", "active"), "nobody of the staff is 'Tim'"),
    (("presence", "Admin", "active"), "takes no tickets: add them"),
    (("remove", "per_admin"), "neither the desk's own administrator nor you yourself"),
    (("on-call", "Mara", "--time", "noon"), "is no time of day"),
    (("on-call", "--time", "08:00"), "--time without people: name them in the order of their turns"),
    (("stand-in", "Mara"), "name the person, --from and --to"),
    (("stand-in", "Mara", "--from", "x", "--to", "y"), "'x' is no day and time: write one like"),
    (("stand-in", "--drop", "sub_x"), "nobody stands in under the id 'sub_x'"),
    (("import", "none.csv"), "none.csv cannot be read: No such file"),
]


def test_what_makes_no_sense_is_one_clear_line(people: Run) -> None:
    people(*MARA)
    said = [(people(*words), hint) for words, hint in REFUSED]

    assert [line for line, hint in said if not line.startswith("deskbell: ") or hint not in line] == []


CUSTOMERS = 'ID,Email,Name,Tier,Order_Value,City\nc-1,Ada@x.example,Ada,VIP,5200.50,Ulm\nc-2,,"Bo, B.",,,\n'


def test_customers_get_their_tier_from_a_file_and_twice_is_once(
    people: Run, desk: Database, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8-sig")

    would = people("import", "customers.csv", "--dry-run")
    first = people("import", "customers.csv")
    second = json.loads(people("import", "customers.csv", "--json"))

    assert would == "2 customers would be taken in: 1 vip, 1 standard. Not used: city.\n"
    assert first == "2 new, 0 changed, 0 as they were: 1 vip, 1 standard. Not used: city.\n"
    assert (second["added"], second["same"]) == (0, 2)
    with desk.read() as connection:
        by_id = {row.external_id: row.person_id for row in connection.execute(KNOWN)}
        assert tier_of(connection, by_id["c-1"]) == "vip"
        assert order_value_of(connection, by_id["c-1"]) == 5200
        assert tier_of(connection, by_id["c-2"]) == "standard"


BAD_FILES = [
    ("", "line 1: the columns are missing: write id,email,name,tier,order_value for customers"),
    ("a,b\n1,2\n", "line 1: the columns are a, b: write"),
    ("name,tier\nAda,vip\n", "tier, and id or email, must be there"),
    ("id,tier,id\n", "line 1: the column 'id' stands there twice"),
    ("id,tier\n", "has no line below its columns"),
    ("id,tier\nc-1,vip\nc-2\n", "line 3: 1 cells, and there are 2 columns"),
    ("id,email,tier\n,,vip\n", "line 2: neither id nor email"),
    ("id,tier\nc-1,very important\n", "line 2: 'very important' is no tier: write one word"),
    ("id,tier,email\nc-1,vip,nope\n", "line 2: 'nope' is no e-mail"),
    ("id,tier,order_value\nc-1,vip,1.000,5\n", "line 2: 4 cells"),
    ("id;tier;order_value\nc-1;vip;1.000,5\n", "line 2: '1.000,5' is no order value: write digits"),
    ("id,tier\nc-1,vip\n\nc-1,vip\n", "line 4: the id 'c-1' stands in line 2 already"),
    ('id,tier,name\nc-1,vip,"A\nB"\nc-2,?,x\n', "line 4: '?' is no tier"),
    ('id,tier\nc-1,"vip\n', "unexpected end of data"),
    ("id,tier\nc-1,v\xef\n", "is no UTF-8"),
]


def test_a_bad_file_is_told_with_its_line_and_nothing_is_taken_in(
    people: Run, desk: Database, tmp_path: Path
) -> None:
    said = []
    for written, hint in BAD_FILES:
        (tmp_path / "bad.csv").write_text(written, encoding="latin-1")
        said.append((people("import", "bad.csv"), hint))

    assert [line for line, hint in said if hint not in line] == []
    with desk.read() as connection:
        assert connection.execute(KNOWN).all() == []


STAFF = """name;email;role;skills;capacity;hours;lead
Mara;mara@shop.example;lead;billing bugs;5;mon-fri 09:00-17:00;yes
Tom;;agent;;;;
"""


def test_staff_come_from_a_file_too(people: Run, desk: Database, tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(STAFF)

    assert people("import", "staff.csv").startswith("2 new, 0 changed")
    assert people("import", "staff.csv").startswith("0 new, 2 changed")

    row = rows(people)["Mara"]
    assert (row["role"], row["skills"], row["capacity"]) == ("lead", ["billing", "bugs"], 5)
    with desk.read() as connection:
        assert [one.name for one in list_staff(connection)] == ["Admin", "Mara", "Tom"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("Mara,m@x.example,boss,no", "line 3: 'boss' is no role"),
        ("Mara,m@x.example,agent,perhaps", "line 3: 'perhaps' under lead: write yes or no"),
        ("Tom,,agent,no", "line 3: the name 'Tom' stands in line 2 already"),
    ],
)
def test_a_bad_line_of_staff_is_told(people: Run, tmp_path: Path, line: str, hint: str) -> None:
    (tmp_path / "staff.csv").write_text(f"name,email,role,lead\nTom,,agent,no\n{line}\n")

    assert hint in people("import", "staff.csv")
    assert list(rows(people)) == ["Admin"]
