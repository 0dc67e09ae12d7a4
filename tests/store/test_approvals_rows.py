"""Do the rows of approvals say what the events of their tickets say, whatever somebody did to them?"""

from functools import partial

import pytest

from store import approvals
from store.approval_reading import list_approvals
from store.clock import StandingClock
from store.database import Database
from store.erasure import erase_person
from store.guards import create_guards
from store.heads import HeadBook
from store.rebuilding import rebuild_all
from store.settings import Settings
from store.verify import verify
from tests.asked import NOON, Panel
from tests.ledgers import tamper


@pytest.fixture
def panel(database: Database, clock: StandingClock) -> Panel:
    return Panel(database, clock)


def busy(panel: Panel) -> None:
    panel.propose(tier="T4", needed=2)
    panel.click("per_mara")
    panel.click("per_tom")
    panel.begin()
    panel.write(approvals.carry_on, approval_id="apr_1", state="done")
    panel.propose(approval_id="apr_2", tier="T4", needed=2)
    panel.click("per_mara", approval_id="apr_2")
    panel.propose(approval_id="apr_3")
    panel.click("per_mara", "reject", approval_id="apr_3")


def test_the_rows_are_what_the_events_say(panel: Panel, book: HeadBook) -> None:
    busy(panel)

    assert verify(panel.database, book).findings == ()


TAMPERED = {
    "state": "UPDATE approvals SET state = 'approved' WHERE approval_id = 'apr_2'",
    "digest": "UPDATE approvals SET digest = 'f00' WHERE approval_id = 'apr_2'",
    "request": "UPDATE approvals SET request = replace(CAST(request AS TEXT), '1250', '9999') "
    "WHERE approval_id = 'apr_2'",
    "votes": "INSERT INTO approval_votes VALUES ('apr_2', 'per_tom', 5)",
    "its row is gone": "DELETE FROM approvals WHERE approval_id = 'apr_2'",
    "no event tells of it": "UPDATE approvals SET approval_id = 'apr_9' WHERE approval_id = 'apr_2'",
}


@pytest.mark.parametrize("field", TAMPERED)
def test_a_row_that_was_changed_by_hand_is_named(
    panel: Panel, settings: Settings, book: HeadBook, field: str
) -> None:
    busy(panel)
    statement = TAMPERED[field]
    if panel.database.dialect == "postgresql":
        statement = statement.replace("'9999')", "'9999')::json")

    tamper(settings, statement)

    found = [one for one in verify(panel.database, book).findings if one.what == "snapshot"]
    assert any(field in one.detail and one.timeline == "T-1" for one in found), found


def test_a_new_release_folds_them_anew(panel: Panel, settings: Settings, book: HeadBook) -> None:
    busy(panel)
    tamper(settings, TAMPERED["its row is gone"], TAMPERED["digest"].replace("apr_2", "apr_3"))

    panel.database.write(rebuild_all)
    panel.database.write(create_guards)

    assert verify(panel.database, book).findings == ()


def test_erasing_the_customer_takes_the_words_and_ends_what_waits(panel: Panel, book: HeadBook) -> None:
    busy(panel)

    panel.database.write(partial(erase_person, person_id="per_ada", by="per_admin", at=NOON))

    with panel.database.read() as connection:
        left = list_approvals(connection, ticket_id="T-1")
    assert {one.approval_id: (one.state, one.request) for one in left} == {
        "apr_1": ("done", None),
        "apr_2": ("superseded", None),
        "apr_3": ("rejected", None),
    }
    assert verify(panel.database, book).findings == ()
    late = panel.click("per_tom", approval_id="apr_2").refusal
    assert late
    assert late.code == "moved_on"
