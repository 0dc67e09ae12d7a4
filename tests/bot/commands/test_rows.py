"""Do the commands about rows say what they did, and in one line what went wrong?"""

import json
import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from store import events as e
from store import inbox
from store.access import find_key
from store.clock import SystemClock
from store.database import Database, open_database
from store.heads import HeadBook
from store.migrate import prepare
from store.settings import Settings, settings_markdown
from tests.bot.commands.conftest import Terminal
from tests.databases import KEY
from tests.engines import free_port
from tests.ledgers import NOON, open_ticket, said, tamper

NOTE = e.NoteAdded(person_id="per_mara", text="hm")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Database]:
    database = open_database(settings.database, synchronous="OFF")
    prepare(database, settings)
    open_ticket(database, 1, NOTE, NOTE)
    HeadBook(settings.data_dir / "heads", KEY).record(database, NOON)
    yield database
    database.close()


def bury(database: Database, key: str) -> None:
    database.write(partial(inbox.accept, inbound=said(key, person=key), fresh_session=f"ses_{key}"))
    claimed = database.write(partial(inbox.claim_turn, lane=f"ses_{key}", now=NOON))
    database.write(partial(inbox.bury, claimed=claimed[0], error="ValueError: no sense"))


def checks(terminal: Terminal) -> dict[str, tuple[str, str]]:
    _, out, _ = terminal("doctor", "--json")
    return {check["name"]: (check["state"], check["says"]) for check in json.loads(out)}


@pytest.mark.usefixtures("desk")
def test_verify_is_content_with_an_honest_desk(terminal: Terminal) -> None:
    code, out, _ = terminal("verify")

    assert code == 0
    assert out.splitlines() == [
        "1 timelines, 3 events, 0 lines of audit, 1 signed heads",
        "All is as it was written.",
    ]


@pytest.mark.usefixtures("desk")
def test_verify_names_what_is_wrong_and_fails(terminal: Terminal, settings: Settings) -> None:
    tamper(settings, "DELETE FROM events WHERE version = 2")

    code, out, _ = terminal("verify")
    told = json.loads(terminal("verify", "--json")[1])

    assert code == 1
    assert "delete     T-1 version 2: 1 gone, from this version on" in out
    assert told["findings"][0]["what"] == "delete"


def test_verify_writes_snapshots_anew_when_it_is_told_to(terminal: Terminal, desk: Database) -> None:
    desk.write(lambda connection: connection.execute(text("UPDATE tickets SET status = 'solved'")))

    assert terminal("verify")[0] == 1
    assert "1 snapshots were written anew" in terminal("verify", "--rebuild")[1]
    assert terminal("verify")[0] == 0


def test_a_backup_is_made_and_restored(terminal: Terminal, desk: Database, tmp_path: Path) -> None:
    code, out, _ = terminal("backup", str(tmp_path / "b.tar.gz"))
    assert (code, "1 timelines and 0 files" in out) == (0, True)
    assert terminal("restore", str(tmp_path / "b.tar.gz"))[0] == 1

    desk.close()
    code, out, _ = terminal("restore", str(tmp_path / "b.tar.gz"), "--force")

    assert (code, out.splitlines()[-1]) == (0, "It verifies.")


def test_a_backup_that_is_not_there_is_one_clear_line(terminal: Terminal) -> None:
    assert terminal("restore", "/nowhere.tar.gz") == (
        1,
        "",
        "deskbell: there is no backup '/nowhere.tar.gz'\n",
    )


def test_dead_deliveries_are_listed_and_tried_again(terminal: Terminal, desk: Database) -> None:
    bury(desk, "d1")
    bury(desk, "d2")

    listed = json.loads(terminal("inbox", "list", "--json")[1])
    shown = terminal("inbox", "list")[1]

    assert [(row["key"], row["state"]) for row in listed] == [("d2", "dead"), ("d1", "dead")]
    assert "ValueError: no sense" in shown
    assert terminal("inbox", "replay", "d1")[0] == 0
    assert terminal("inbox", "replay", "--all")[1] == "1 will be tried again by the running desk.\n"
    assert terminal("inbox", "list")[1] == "Nothing is there.\n"
    assert len(json.loads(terminal("inbox", "list", "--state", "ready", "--json")[1])) == 2


@pytest.mark.usefixtures("desk")
def test_what_is_not_dead_is_not_tried_again(terminal: Terminal) -> None:
    code, _, err = terminal("outbox", "replay", "let_1")

    assert code == 1
    assert err.startswith("deskbell: the outbox has nothing dead with the key 'let_1'")
    assert "name the keys" in terminal("outbox", "replay")[2]


def test_a_token_is_shown_once_and_can_be_taken_away(terminal: Terminal, desk: Database) -> None:
    secret = terminal("token", "create", "status page")[1].strip()
    key = json.loads(terminal("token", "list", "--json")[1])[0]

    with desk.read() as connection:
        found = find_key(connection, "token", secret, SystemClock().now())
    assert found
    assert (found.scopes, key["label"], key["scopes"]) == (("read",), "status page", ["read"])
    assert secret not in terminal("token", "list")[1]
    assert terminal("token", "revoke", key["key_id"])[0] == 0
    assert "revoked" in terminal("token", "list")[1]
    assert terminal("token", "revoke", key["key_id"])[0] == 1


@pytest.mark.usefixtures("desk")
def test_a_token_for_nobody_or_for_ever_is_refused(terminal: Terminal) -> None:
    assert "nobody has the id 'per_x'" in terminal("token", "create", "x", "--person", "per_x")[2]
    assert "give 1 to 3650" in terminal("token", "create", "x", "--days", "9999")[2]


@pytest.mark.usefixtures("desk")
def test_the_doctor_finds_a_working_desk_well(terminal: Terminal) -> None:
    code, out, _ = terminal("doctor")

    assert code == 0
    assert "BAD" not in out
    # Nobody but the administrator is here yet.
    assert {name: state for name, (state, _) in checks(terminal).items() if state != "ok"} == {
        "routing": "warn"
    }


def test_the_doctor_finds_a_desk_well_that_was_never_started(terminal: Terminal) -> None:
    assert terminal("doctor")[0] == 0


def test_the_doctor_says_what_is_wrong_and_what_to_do(
    terminal: Terminal, desk: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(desk, "d1")
    tamper_guard = "DROP TRIGGER audit_delete_guard" + ("" if settings.is_sqlite else " ON audit")
    desk.write(lambda connection: connection.exec_driver_sql(tamper_guard))
    monkeypatch.setenv("DESKBELL_SECRET_KEY", "short")
    monkeypatch.setenv("DESKBELL_KNOWLEDGE_DIR", "/nowhere")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("DESKBELL_PORT", str(listener.getsockname()[1]))
        code, out, _ = terminal("doctor")
        found = checks(terminal)

    assert code == 1
    bad = {name for name, (state, _) in found.items() if state == "bad"}
    assert bad == {"key", "articles", "port", "guards"}
    assert found["inbox"] == ("warn", "1 dead")
    assert "→ set DESKBELL_PORT" not in out
    assert "→ stop what listens there, or set DESKBELL_PORT to a free one" in out


def test_the_doctor_puts_lost_guards_back(terminal: Terminal, desk: Database, settings: Settings) -> None:
    drop = "DROP TRIGGER events_update_guard" + ("" if settings.is_sqlite else " ON events")
    desk.write(lambda connection: connection.exec_driver_sql(drop))

    assert "doctor --guards" in terminal("ticket", "list")[2]
    assert terminal("doctor", "--guards")[0] == 0
    assert terminal("ticket", "list")[0] == 0


def test_the_doctor_tells_of_a_folder_that_cannot_be_written(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getuid() == 0:
        pytest.skip("root may write everywhere")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    monkeypatch.setenv("DESKBELL_DATA_DIR", str(closed / "desk"))

    assert checks(terminal)["folder"][0] == "bad"


def test_the_doctor_tells_of_a_server_that_does_not_answer(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/desk")

    code, out, _ = terminal("doctor")

    assert code == 1
    assert "BAD   database" in out


def test_the_doctor_writes_the_page_of_settings(terminal: Terminal) -> None:
    assert terminal("doctor", "--settings")[1] == settings_markdown()


def test_bad_settings_are_one_clear_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_PORT", "many")

    code, out, err = terminal("doctor")

    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "DESKBELL_PORT is 'many'" in err


def test_a_ticket_is_explained_with_its_risk(terminal: Terminal, desk: Database) -> None:
    open_ticket(desk, 1001)

    code, out, _ = terminal("ticket", "explain", "T-1001")
    told = json.loads(terminal("ticket", "explain", "T-1001", "--json")[1])

    assert code == 0
    assert "first response: " in out
    assert f"risk: {told['risk']['score']} of 100" in out
    assert sum(reason["points"] for reason in told["risk"]["reasons"]) == told["risk"]["score"]


def test_the_rules_are_tried_on_a_ticket(terminal: Terminal, desk: Database) -> None:
    open_ticket(desk, 1001)

    code, out, _ = terminal("route", "--dry-run", "T-1001")

    assert code == 0
    # It waits since long, and no person of the desk has a skill yet.
    assert out.startswith("nobody, queue triage, policy 1\n  rule R5 at risk: skill general")


@pytest.mark.usefixtures("desk")
def test_rules_that_reach_somebody_are_clean(terminal: Terminal) -> None:
    assert terminal("route", "lint") == (0, "Every rule is reached, and reaches somebody.\n", "")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["route"], "say what to do"),
        (["route", "--dry-run", "T-9"], "T-9"),
        (["route", "replay", "--days", "0"], "give 1 to 3650"),
        (["route", "replay", "--policies", "nowhere"], "has no routing.yml"),
    ],
)
def test_a_wrong_word_to_route_is_told(terminal: Terminal, words: list[str], says: str) -> None:
    code, out, err = terminal(*words)

    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1
