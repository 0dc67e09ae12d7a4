"""Does `deskbell risk refit` take over what wins, leave all as it is otherwise, and say which?"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.refit_file import COLUMNS
from escalation.breach import FACTORS
from escalation.breach_file import open_weights
from store.settings import Settings
from tests.bot.commands.conftest import Terminal
from tests.databases import opened
from tests.ledgers import open_ticket

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def snapshots(path: Path, count: int) -> Path:
    """Of a desk at which what is public is late and nothing else."""
    lines = [",".join(COLUMNS)]
    for place in range(count):
        is_public = place % 3 == 0
        values = dict.fromkeys(map(str, FACTORS), "0") | {"social": str(int(is_public)), "time_used": "0.5"}
        at = (MONDAY + timedelta(hours=place)).isoformat()
        lines.append(",".join((at, f"A-{place}", *values.values(), str(int(is_public)))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_wins_is_used_from_then_on_and_says_so(
    terminal: Terminal, settings: Settings, tmp_path: Path
) -> None:
    database = opened(settings)
    # By the clock of the command it must not be late yet.
    open_ticket(database, 1001, at=datetime.now(UTC) - timedelta(minutes=1))
    database.close()
    before = json.loads(terminal("ticket", "explain", "T-1001", "--json")[1])

    code, out, err = terminal(
        "risk", "refit", "--from", str(snapshots(tmp_path / "seen.csv", 600)), "--plot", "seen.svg"
    )

    assert (code, err) == (0, "")
    assert out.startswith(f"Written: {settings.data_dir / 'breach.yml'}, learned from 420 snapshots. On 180")
    assert (tmp_path / "seen.svg").read_text().startswith("<svg ")
    after = json.loads(terminal("ticket", "explain", "T-1001", "--json")[1])
    assert (before["breach_weights"], after["breach_weights"]) == ("general", "own")
    assert before["breach_probability"] != after["breach_probability"]
    assert "likely, from this desk's own tickets" in terminal("ticket", "explain", "T-1001")[1]


def test_too_few_snapshots_leave_all_as_it_is(terminal: Terminal, settings: Settings, tmp_path: Path) -> None:
    code, out, _ = terminal("risk", "refit", "--from", str(snapshots(tmp_path / "seen.csv", 499)))

    assert (code, out) == (
        0,
        "All stays as it is: there are 499 labelled snapshots, and it takes 500.\n",
    )
    assert open_weights(settings.data_dir).weights == "general"


def test_the_same_tickets_win_once_only(terminal: Terminal, settings: Settings, tmp_path: Path) -> None:
    path = str(snapshots(tmp_path / "seen.csv", 600))

    first, again = (json.loads(terminal("risk", "refit", "--from", path, "--json")[1]) for _ in range(2))

    assert (first["taken_over"], again["taken_over"], again["written"]) == (True, False, None)
    assert again["why_not"].startswith("on later days their Brier is ")
    assert again["learned"]["brier"] == again["brier_in_use"]
    assert open_weights(settings.data_dir).model_dump(mode="json") == first["learned"]


def test_an_empty_desk_says_why_not(terminal: Terminal, settings: Settings) -> None:
    opened(settings).close()

    code, out, _ = terminal("risk", "refit", "--days", "30", "--json")

    told = json.loads(out)
    assert (code, told["snapshots"], told["taken_over"]) == (0, 0, False)
    assert told["why_not"] == "there are 0 labelled snapshots, and it takes 500"


def test_what_is_wrong_is_one_clear_line(terminal: Terminal, tmp_path: Path) -> None:
    path = snapshots(tmp_path / "seen.csv", 600)
    path.write_text(path.read_text().replace("0.5", "5", 1), encoding="utf-8")

    assert terminal("risk", "refit", "--from", str(path)) == (
        1,
        "",
        f"deskbell: {path}, line 2: time_used is '5': write a number from 0 to 1\n",
    )
    assert terminal("risk", "refit", "--days", "0")[2] == "deskbell: --days is 0: give 1 to 3650\n"


def test_a_picture_that_cannot_be_drawn_takes_nothing_over(
    terminal: Terminal, settings: Settings, tmp_path: Path
) -> None:
    path = str(snapshots(tmp_path / "seen.csv", 600))

    code, _, err = terminal("risk", "refit", "--from", path, "--plot", str(tmp_path / "no" / "seen.svg"))

    assert code == 1
    assert err.startswith("deskbell: --plot ")
    assert open_weights(settings.data_dir).weights == "general"


def test_a_ticket_tells_what_adds_up_to_its_probability(terminal: Terminal, settings: Settings) -> None:
    database = opened(settings)
    open_ticket(database, 1001, at=datetime.now(UTC) - timedelta(minutes=1))
    database.close()

    code, out, _ = terminal("ticket", "explain", "T-1001")
    told = json.loads(terminal("ticket", "explain", "T-1001", "--json")[1])

    assert code == 0
    assert "late first response: " in out
    assert "likely, an estimate from general data" in out
    breach = told["breach"]
    assert breach["logit"] == pytest.approx(
        breach["intercept"] + sum(one["logit"] for one in breach["contributions"]), abs=1e-12
    )
    assert told["breach_probability"] == breach["probability"]


def test_weights_that_cannot_be_read_are_a_matter_of_the_policies(
    terminal: Terminal, settings: Settings
) -> None:
    opened(settings).close()
    (settings.data_dir / "breach.yml").write_text("version: 1\nweights: mine\n", encoding="utf-8")

    code, out, _ = terminal("doctor", "--json")

    found = {check["name"]: check for check in json.loads(out)}
    assert (code, found["policies"]["state"]) == (1, "bad")
    assert f"{settings.data_dir / 'breach.yml'}, line 2, weights: " in found["policies"]["says"]
