"""Is what a desk learns from its tickets what was known at the time, and what came of it?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.refit import read_rows, take_over, try_refit
from bot.refit_file import COLUMNS, read_rows_file
from escalation.breach import FACTORS
from escalation.breach_file import open_weights
from escalation.breach_rows import Row
from escalation.rulebook import open_rulebook
from escalation.schedule import to_us
from store import events as e
from store.access import Person, add_person
from store.agents import AgentRow, save_agent
from store.database import Database
from store.errors import BadAnswer
from tests.databases import copied, opened
from tests.ledgers import add_facts, ticket_opened

MONDAY = datetime.fromisoformat("2026-03-02T08:00+00:00")
HOUR = timedelta(hours=1)
RULES = open_rulebook()
REPLY = e.ReplySent(speaker="person", person_id="per_mara", letter_id="let_1")
GIVEN = e.TicketRouted(
    decision_id="d", policy_version=1, inputs_hash="h", rule="R6", queue="triage", assigned_to="per_mara"
)
SOLVED = e.StatusChanged(status="solved", by="per_mara")


@pytest.fixture(scope="module")
def desk(empty_tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Forty-eight tickets: every second one is public and waits for five days, the others for two and a half.
    And three that Mara holds, who can hold three."""
    with copied(empty_tables, tmp_path_factory.mktemp("refit") / "desk") as settings:
        database = opened(settings)
        for number in range(48):
            at, is_social = MONDAY + number * 7 * HOUR, number % 2 == 1
            asked = ticket_opened(number, channel="social" if is_social else "email")
            add_facts(database, f"T-{number}", asked, REPLY, at=at)
            add_facts(database, f"T-{number}", SOLVED, at=at + (120 if is_social else 60) * HOUR)
        hire(database)
        for number, solved in ((100, 2), (101, 30), (102, 30)):
            add_facts(
                database, f"T-{number}", ticket_opened(number, channel="email"), GIVEN, REPLY, at=MONDAY
            )
            add_facts(database, f"T-{number}", SOLVED, at=MONDAY + solved * HOUR)
        yield database
        database.close()


def value(row: Row, factor: str) -> float:
    return row.values[[str(name) for name in FACTORS].index(factor)]


def rows_of(database: Database, days: float = 30) -> list[Row]:
    return read_rows(database, RULES, MONDAY, MONDAY + timedelta(days=days))


def test_each_ticket_is_looked_at_several_times_of_each_day_while_it_is_open(desk: Database) -> None:
    rows = [row for row in rows_of(desk) if row.ticket_id == "T-0"]

    # Monday from the first reply on, Tuesday, and Wednesday until it is solved at eight in the evening.
    hours = [(row.at - to_us(MONDAY)) / 3_600_000_000 for row in rows]
    assert hours == [1.5, 3, 5, 7, 9, 13, 25.5, 27, 29, 31, 33, 37, 49.5, 51, 53, 55, 57]


def test_it_is_known_what_had_happened_by_then_and_no_more(desk: Database) -> None:
    first, *_, last = (row for row in rows_of(desk) if row.ticket_id == "T-0")

    assert value(first, "time_used") == pytest.approx(1.5 / 72)
    assert value(last, "time_used") == pytest.approx(57 / 72)
    assert value(first, "paused") == value(first, "already_breached") == 0
    assert value(first, "unassigned") == 1


def test_the_label_is_what_came_in_the_end(desk: Database) -> None:
    rows = rows_of(desk)

    assert len(rows) > 500
    assert all(row.is_breached == bool(value(row, "social")) for row in rows)


def test_what_is_not_decided_yet_has_no_label(desk: Database) -> None:
    seen = {row.ticket_id for row in rows_of(desk, days=1)}

    assert seen == {"T-100"}


def test_a_desk_with_enough_of_a_kind_learns_it(desk: Database, tmp_path: Path) -> None:
    found = try_refit(rows_of(desk), RULES.breach, "this desk")

    assert found.fit is not None
    assert (found.fault, found.fit.has_won) == ("", True)
    assert found.fit.weights.factors["social"] > 1
    take_over(found.fit.weights, tmp_path)
    assert open_weights(tmp_path) == found.fit.weights
    assert [path.name for path in tmp_path.iterdir()] == ["breach.yml"]


def test_what_was_learned_does_not_win_against_itself(desk: Database) -> None:
    found = try_refit(rows_of(desk), RULES.breach, "this desk").fit
    assert found is not None
    perfect = found.weights.model_copy(update={"intercept": -20.0, "factors": certain()})

    again = try_refit(rows_of(desk), perfect, "this desk")

    assert again.fault.startswith("on later days their Brier is ")
    assert again.fit is not None
    assert not again.fit.has_won


def certain() -> dict[str, float]:
    return {name: 40.0 if name == "social" else 0.0 for name in FACTORS}


def test_loads_are_those_of_the_time(desk: Database) -> None:
    rows = [row for row in rows_of(desk) if row.ticket_id == "T-102"]

    # Three of three places while the first is open, then two of three.
    assert [value(row, "agent_load") for row in rows[:2]] == [1, 0]
    assert [value(row, "unassigned") for row in rows[:2]] == [0, 0]


def hire(database: Database) -> None:
    def write(connection: Connection) -> None:
        add_person(connection, Person("per_mara", "Mara", "", "agent", MONDAY))
        save_agent(connection, AgentRow("per_mara", capacity=3))

    database.write(write)


GOOD = dict.fromkeys(COLUMNS, "0") | {"at": "2026-03-02T09:30+00:00", "ticket": "A-1", "breached": "yes"}


def as_file(path: Path, *lines: dict[str, str], header: str = ",".join(COLUMNS)) -> Path:
    written = [header, *(",".join(line.values()) for line in lines)]
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return path


def test_snapshots_are_read_from_a_file(tmp_path: Path) -> None:
    path = as_file(tmp_path / "seen.csv", GOOD | {"time_used": "0.25"})

    (row,) = read_rows_file(path)

    assert (row.ticket_id, row.values[0], row.is_breached) == ("A-1", 0.25, True)
    assert row.at == to_us(datetime.fromisoformat("2026-03-02T09:30+00:00"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"time_used": "1.5"}, "line 3: time_used is '1.5': write a number from 0 to 1"),
        ({"paused": "nan"}, "line 3: paused is 'nan': write a number from 0 to 1"),
        ({"urgent": ""}, "line 3: urgent is '': write a number from 0 to 1"),
        ({"at": "yesterday"}, "line 3: at is 'yesterday': write it like 2026-03-02T09:30+00:00"),
        ({"breached": "maybe"}, "line 3: breached is 'maybe': write 1 or 0"),
        ({"ticket": " "}, "line 3: ticket is empty: write the id of the ticket, it may come again"),
        ({"breached": "1,1"}, "line 3: there are more cells than columns"),
        ({"breached": '1"1'}, ""),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, wrong: dict[str, str], says: str) -> None:
    path = as_file(tmp_path / "seen.csv", GOOD, GOOD | wrong)

    with pytest.raises(BadAnswer) as raised:
        read_rows_file(path)

    assert says in str(raised.value.hint)
    assert str(raised.value.hint).startswith(str(path))


def test_a_missing_column_an_empty_file_and_no_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "seen.csv"

    for header, says in (
        ("at,ticket", "line 1: no column 'time_used'; write at,ticket,time_used,"),
        (",".join((*COLUMNS, "at")), "line 1: the column 'at' stands there twice"),
        (",".join(COLUMNS), "has no line below its columns"),
    ):
        with pytest.raises(BadAnswer) as raised:
            read_rows_file(as_file(path, header=header))
        assert says in str(raised.value.hint)
    with pytest.raises(BadAnswer) as raised:
        read_rows_file(tmp_path / "none.csv")
    assert str(raised.value.hint) == f"{tmp_path / 'none.csv'} cannot be read: No such file or directory"
