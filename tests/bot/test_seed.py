"""Is the sample desk always the same, whole, as promised, and silent?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.crew import read_crew
from bot.seed.plan import Course, Times, in_order, plan_courses
from bot.seed.seeding import Wished, seed_desk
from bot.seed.stage import Story, cast_all, list_customers
from bot.seed.tally import Tally, list_ids, tally
from bot.seed.words import load_cast, load_stories
from escalation.priority import Told, triage
from escalation.rulebook import open_rulebook
from store.clock import StandingClock
from store.database import Database
from store.events import EVENT
from store.heads import HeadBook
from store.migrate import prepare
from store.replays import list_waiting
from store.settings import Settings
from store.timelines import read_timeline
from store.verify import verify
from tests.databases import KEY, copied, fresh, opened, settings_of

TUESDAY = datetime(2026, 3, 3, 14, 10, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 3, 7, 23, 40, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 9, 8, 40, tzinfo=UTC)
MOMENTS = (TUESDAY, SATURDAY_NIGHT, MONDAY_MORNING)
RULES = open_rulebook(None)


def planned(now: datetime, seed: int = 42) -> list[Course]:
    return plan_courses(Times(now, RULES.deadlines.business, StandingClock(now, seed).jitter))


def told(now: datetime, seed: int = 42) -> list[Story]:
    return cast_all(planned(now, seed), list_customers(load_cast()), StandingClock(now, seed).jitter)


@pytest.mark.parametrize("now", MOMENTS)
def test_two_weeks_are_planned_whenever_they_end(now: datetime) -> None:
    steps = [step for _, step in in_order(planned(now), now)]

    assert len(planned(now)) == 120
    assert all(now - timedelta(days=14) < step.at < now for step in steps)
    assert [step.at for step in steps] == sorted(step.at for step in steps)


@pytest.mark.parametrize("now", MOMENTS)
def test_nobody_answers_before_they_are_asked(now: datetime) -> None:
    for course in planned(now):
        assert [step.at for step in course.steps] == sorted(step.at for step in course.steps)
        assert [step.act for step in course.steps[:2]] == ["asks", "opens"]


def test_the_same_seed_tells_the_same_stories_and_another_tells_others() -> None:
    assert told(TUESDAY) == told(TUESDAY)
    assert [one.problem for one in told(TUESDAY)] != [one.problem for one in told(TUESDAY, seed=7)]


def test_no_two_conversations_share_a_thread() -> None:
    places = [(story.channel, story.thread) for story in told(TUESDAY)]

    assert len(set(places)) == 120
    assert {channel for channel, _ in places} == {"email", "web", "chat", "slack"}


def test_no_blank_is_left_in_what_people_write() -> None:
    for story in told(TUESDAY):
        assert not {"{", "}"} & set("".join((story.problem, *story.replies, story.more, story.note)))


def test_only_an_outage_or_a_break_in_is_first_and_only_haste_or_worth_lifts_a_question() -> None:
    for story in told(TUESDAY):
        tier = story.customer.tier
        asked = Told(story.problem, story.customer.language, story.channel, 2, (), tier, 0)

        found = triage(asked, RULES.priorities).priority

        assert found == {"first": 0, "high": 1, "normal": 2}[story.course.rank], story.problem


def test_every_story_has_a_reply_in_its_language() -> None:
    stories = load_stories()

    for one in (*stories.first, *stories.stories):
        assert stories.replies[one.category][one.language][one.reply]


def silent(_done: int, _total: int) -> None:
    """Nobody looks on."""


@contextmanager
def desk_of_its_own(folder: Path) -> Iterator[tuple[Settings, Database]]:
    """Which no other test empties while it is in use."""
    with fresh() as name:
        settings = settings_of(folder, name)
        database = opened(settings)
        prepare(database, settings)
        yield settings, database
        database.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("sample"), "")


@pytest.fixture(scope="module")
def sample(settings: Settings) -> Iterator[Database]:
    with desk_of_its_own(settings.data_dir) as (own, database):
        seed_desk(own, database, RULES, Wished(42, TUESDAY), silent)
        yield database


@pytest.fixture(scope="module")
def judged(sample: Database) -> Tally:
    return tally(sample, RULES, TUESDAY)


@pytest.mark.slow
def test_the_sample_desk_has_what_it_promises_as_the_product_judges_it(judged: Tally) -> None:
    assert judged.tickets == 120
    assert 700 <= judged.events <= 1100
    assert (judged.fewest_events >= 3, judged.most_events <= 12) == (True, True)
    assert judged.channels == ("chat", "email", "slack", "web")
    assert (judged.first_response_soon, judged.first_response_breached) == (6, 4)
    assert (judged.next_response_near, judged.resolution_breached) == (8, 5)
    assert (judged.paused, judged.waiting_and_critical) == (10, 0)
    assert judged.urgent_unassigned >= 3


@pytest.mark.slow
def test_eight_people_in_two_teams_work_at_the_sample_desk(sample: Database) -> None:
    crew = read_crew(sample, TUESDAY).agents

    assert len(crew) == 8
    assert [one.is_lead for one in crew if one.is_on_call] == [True]
    assert all(one.skills for one in crew)
    assert all(one.load <= one.capacity for one in crew if not one.is_on_call)


@pytest.mark.slow
def test_the_sample_desk_is_whole(sample: Database, settings: Settings) -> None:
    assert verify(sample, HeadBook(settings.data_dir / "heads", KEY)).findings == ()


@pytest.mark.slow
def test_nothing_of_the_sample_desk_is_ever_sent_or_waits(sample: Database) -> None:
    with sample.read() as connection:
        letters = list_waiting(connection, "outbox", ("ready", "sending", "dead", "expired"), 10)
        deliveries = list_waiting(connection, "inbox", ("ready", "dead"), 10)
        left = list_waiting(connection, "outbox", ("done",), 1000)

    assert (letters, deliveries) == ([], [])
    assert len(left) > 400


def events_of(database: Database) -> list[tuple[str, int, datetime, str]]:
    found = []
    for ticket_id in list_ids(database):
        with database.read() as connection:
            recorded = read_timeline(connection, ticket_id)
        found += [
            (one.timeline, one.version, one.at, EVENT.dump_json(one.event).decode()) for one in recorded
        ]
    return found


@pytest.mark.slow
def test_the_same_seed_makes_the_same_events(sample: Database, tmp_path: Path) -> None:
    first = events_of(sample)

    with desk_of_its_own(tmp_path) as (own, database):
        seed_desk(own, database, RULES, Wished(42, TUESDAY), silent)
        second = events_of(database)

    assert first == second
    assert len(first) > 700


@pytest.mark.slow
@pytest.mark.parametrize("now", [SATURDAY_NIGHT, MONDAY_MORNING])
def test_the_numbers_hold_at_night_and_after_a_weekend(now: datetime, tmp_path: Path) -> None:
    with desk_of_its_own(tmp_path) as (own, database):
        found = seed_desk(own, database, RULES, Wished(7, now), silent)

    assert (found.first_response_soon, found.first_response_breached, found.next_response_near) == (6, 4, 8)
    assert (found.resolution_breached, found.paused, found.waiting_and_critical) == (5, 10, 0)
    assert (found.events <= 1100, found.most_events <= 12, found.urgent_unassigned >= 3) == (True, True, True)


@pytest.fixture
def own_desk(empty_tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with copied(empty_tables, tmp_path / "desk") as own:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DESKBELL_DATA_DIR", str(own.data_dir))
        monkeypatch.setenv("DESKBELL_SECRET_KEY", KEY)
        if own.database_url:
            monkeypatch.setenv("DATABASE_URL", own.database_url)
        yield own


@pytest.mark.usefixtures("own_desk")
def test_a_desk_that_is_used_is_refused_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["people", "add", "Jon Ash"])
    capsys.readouterr()

    assert main(["seed"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("deskbell: this desk has people already: give another one, e.g. ")
    assert complaint.count("\n") == 1


@pytest.mark.usefixtures("own_desk")
@pytest.mark.parametrize(
    ("words", "told"),
    [(["--now", "noon"], "--now is 'noon': write it like"), (["--seed", "-3"], "--seed is -3: give a whole")],
)
def test_a_wrong_wish_is_refused(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", *words]) == 1
    assert told in capsys.readouterr().err
