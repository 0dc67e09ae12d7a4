"""Can a desk be staffed on a page, and by nobody who may not?"""

import re
from functools import partial

from store.access import Person, Role, add_person, find_person, list_staff
from store.agents import AgentRow, claim, find_agent, save_agent
from store.audit import read_audit
from tests.browsers import Browser, House

HOME = "/admin/people"
MONDAYS = {"starts": "2026-03-02", "weekday": "mon", "time": "09:00", "tz": "Europe/London"}


def hire(house: House, person_id: str, role: Role = "agent", **fields: object) -> None:
    database = house.office.desk.database
    person = Person(person_id, person_id.removeprefix("per_").title(), "", role, house.office.clock.now())
    database.write(partial(add_person, person=person))
    agent = AgentRow(person_id, **fields)  # type: ignore[arg-type]  # a test's own words
    database.write(partial(save_agent, agent=agent))


def agent_of(house: House, person_id: str) -> AgentRow:
    with house.office.desk.database.read() as connection:
        found = find_agent(connection, person_id)
    assert found
    return found


def fills(browser: Browser, path: str = f"{HOME}/new", **fields: str) -> int:
    browser.opens(path)
    given = {"name": "Mara", "role": "agent", "capacity": "4", "tz": "Europe/Berlin", "takes": "yes"}
    return browser.posts(path, action="save", **(given | fields)).status_code


def added(house: House, name: str = "Mara") -> Person:
    with house.office.desk.database.read() as connection:
        return next(one for one in list_staff(connection) if one.name == name)


def link_on(browser: Browser) -> str:
    found = re.search(r'value="(http[^"]*/signin/[^"]*)"', browser.page)
    return found.group(1) if found else ""


def test_who_sets_the_desk_up_is_led_to_its_people_once(house: House) -> None:
    admin = house.browser()
    admin.opens(house.make_link())
    assert admin.posts().url.path == HOME
    assert "You are the only one here" in admin.text
    assert 'href="/admin/support-requests"' in admin.page

    again = house.browser()
    again.opens(house.make_link())
    assert again.posts().url.path == "/admin/support-requests"


def test_who_is_not_alone_goes_to_the_requests(house: House) -> None:
    hire(house, "per_tom")
    admin = house.browser()
    admin.opens(house.make_link())

    assert admin.posts().url.path == "/admin/support-requests"


def test_somebody_is_added_and_comes_in_by_a_link_that_is_shown_once(house: House, staff: Browser) -> None:
    days = {"mon": "09:00-12:00, 13:00-17:00", "sun": "22:00-06:00"}
    assert (
        fills(staff, email="mara@x.example", skills="billing, bugs", team="first", lead="yes", **days) == 200
    )
    mara, link = added(house), link_on(staff)
    row = agent_of(house, mara.person_id)

    assert (row.skills, row.capacity, row.tz, row.team, row.is_lead) == (
        ("billing", "bugs"),
        4,
        "Europe/Berlin",
        "first",
        True,
    )
    assert row.hours
    week = row.hours["weekly"]
    assert (week["mon"], week["sun"], week["tue"]) == ([[540, 720], [780, 1020]], [[1320, 1800]], [])
    staff.opens(f"{HOME}/{mara.person_id}")
    assert "A link is open until" in staff.text
    assert link_on(staff) == ""

    assert row.presence == "off"
    hers = house.browser()
    hers.opens(link.removeprefix("http://127.0.0.1:8080"))
    assert hers.posts().url.path == "/admin/support-requests"
    assert hers.opens(HOME).status_code == 200
    assert agent_of(house, mara.person_id).presence == "active"


def test_the_same_form_twice_is_one_person(house: House, staff: Browser) -> None:
    staff.opens(f"{HOME}/new")
    fields = {"name": "Mara", "role": "agent", "takes": "yes", "key": staff.key, "token": staff.token}

    for _ in range(2):
        assert staff.posts(f"{HOME}/new", **fields).status_code == 200

    with house.office.desk.database.read() as connection:
        assert len(list_staff(connection)) == 2


MISTAKES = (
    ({"name": ""}, "Write a name of 1 to 120 letters."),
    ({"email": "mara"}, "That is no e-mail."),
    ({"role": "boss"}, "Choose a role."),
    ({"capacity": "0"}, "Write a number from 1 to 1000."),
    ({"tz": "Mars"}, "There is no such time zone."),
    ({"tue": "nine to five"}, "These hours cannot be read."),
    ({"skills": "Büro"}, "Skills and teams are words of small letters"),
)


def test_a_mistake_is_told_in_place_and_what_was_typed_stays(house: House, staff: Browser) -> None:
    for fields, says in MISTAKES:
        assert fills(staff, team="kept-word", **fields) == 422, fields
        assert says in staff.text
        assert 'value="kept-word"' in staff.page

    with house.office.desk.database.read() as connection:
        assert len(list_staff(connection)) == 1


def test_a_change_keeps_the_load(house: House, staff: Browser) -> None:
    hire(house, "per_tom", capacity=2)
    house.office.desk.database.write(partial(claim, person_id="per_tom"))

    fills(staff, f"{HOME}/per_tom", name="Tom", capacity="1")

    assert (agent_of(house, "per_tom").load, agent_of(house, "per_tom").capacity) == (1, 1)
    staff.opens(HOME)
    assert "1 of 1 full" in staff.text


def test_the_list_says_who_holds_what_and_who_is_on_call(house: House, staff: Browser) -> None:
    hire(house, "per_tom", skills=("billing",), presence="away")
    staff.opens(HOME)
    staff.posts(f"{HOME}/on-call", action="rotation", turn="per_tom", **MONDAYS)

    staff.opens(HOME)

    assert "Now: Tom" in staff.text
    assert "Tom on call agent 0 of 10 Away billing whenever they are here UTC" in staff.text


def test_hours_are_said_in_the_readers_language(house: House, staff: Browser) -> None:
    hire(house, "per_tom", hours={"weekly": {"mon": [[540, 1020]], "tue": [[540, 1020]]}}, tz="Europe/Berlin")

    staff.opens(f"{HOME}?lang=de")

    assert "Mo-Di 09:00-17:00 Europe/Berlin" in staff.text


def test_presence_is_said_by_oneself(house: House) -> None:
    hire(house, "per_tom")
    tom = house.staff_browser("per_tom")
    tom.opens(HOME)
    assert "Who works here" not in tom.text

    tom.posts(HOME, presence="away")

    assert agent_of(house, "per_tom").presence == "away"


def test_leave_begins_and_ends_on_the_page(house: House, staff: Browser) -> None:
    hire(house, "per_tom", tz="Europe/Berlin")
    staff.opens(f"{HOME}/per_tom")
    staff.posts(action="leave", until="2026-03-05")
    assert agent_of(house, "per_tom").presence_at(house.office.clock.now()) == "off"
    staff.opens(HOME)
    assert "On leave through 5 March" in staff.text
    staff.posts(f"{HOME}/on-call", action="rotation", turn="per_tom", **MONDAYS)
    staff.opens(HOME)
    assert "Now: Tom" in staff.text
    assert "Tom On leave 09:30" in staff.text

    staff.opens(f"{HOME}/per_tom")
    staff.posts(action="presence", presence="active")
    assert agent_of(house, "per_tom").on_leave_until is None

    for until, says in (("", "That is no day."), ("2026-03-01", "That day is over.")):
        staff.opens(f"{HOME}/per_tom")
        assert staff.posts(action="leave", until=until).status_code == 422
        assert says in staff.text


def test_who_is_signed_out_everywhere_or_taken_off_comes_in_no_more(house: House, staff: Browser) -> None:
    hire(house, "per_tom")
    tom = house.staff_browser("per_tom")
    staff.opens(f"{HOME}/per_tom")
    assert "Signed in with 1 browsers." in staff.text

    staff.posts(action="shut_out")
    assert tom.opens(HOME).status_code == 403

    tom = house.staff_browser("per_tom")
    staff.opens(f"{HOME}/per_tom")
    assert staff.posts(action="dismiss").url.path == HOME
    assert tom.opens(HOME).status_code == 403
    assert staff.opens(f"{HOME}/per_tom").status_code == 404


def test_somebody_stands_in_and_is_taken_back(house: House, staff: Browser) -> None:
    hire(house, "per_tom")
    staff.opens(HOME)
    times = {"begins": "2026-03-02T08:00", "ends": "2026-03-02T18:00", "tz": "UTC"}
    staff.posts(f"{HOME}/on-call", action="stand_in", person="per_tom", **times)
    staff.opens(HOME)
    assert "Now: Tom" in staff.text

    drop = re.search(r'name="override" value="(\w+)"', staff.page)
    assert drop
    staff.posts(f"{HOME}/on-call", action="drop", override=drop.group(1))
    assert "Nobody is on call." in staff.opens(HOME).text


BACKWARDS = {"begins": "2026-03-02T08:00", "ends": "2026-03-01T08:00"}
WRONG_PLANS = (
    ({"action": "rotation", "turn": "per_nobody"}, "Choose somebody of the desk."),
    ({"action": "rotation", "turn": "per_tom", "starts": "x"}, "Order, day, time or zone cannot be read."),
    ({"action": "stand_in", "person": "per_tom", "begins": "x"}, "That is no day and time."),
    ({"action": "stand_in", "person": "per_tom", **BACKWARDS}, "The end comes after the beginning"),
)


def test_a_wrong_plan_is_told(house: House, staff: Browser) -> None:
    hire(house, "per_tom")
    for fields, says in WRONG_PLANS:
        staff.opens(HOME)
        assert staff.posts(f"{HOME}/on-call", **fields).status_code == 422, fields
        assert says in staff.text


def test_the_people_are_nobody_elses_business(house: House) -> None:
    others: tuple[Role, ...] = ("operations", "executive", "editor")
    for role in others:
        house.add_person("per_olga", role)
        olga = house.staff_browser("per_olga")
        assert olga.opens(HOME).status_code == 403
        assert olga.opens(f"{HOME}/per_admin").status_code == 403
        assert HOME not in olga.opens("/admin/support-requests").text


def test_an_agent_changes_nobody(house: House) -> None:
    hire(house, "per_tom")
    hire(house, "per_mara")
    tom = house.staff_browser("per_tom")
    tom.opens(HOME)

    refused = [
        tom.posts(path, **fields).status_code
        for path, fields in (
            (f"{HOME}/new", {"name": "X", "role": "admin"}),
            (f"{HOME}/per_tom", {"action": "save", "name": "Tom", "role": "admin"}),
            (f"{HOME}/per_mara", {"action": "presence", "presence": "off"}),
            (f"{HOME}/on-call", {"action": "rotation", "turn": "per_tom"}),
        )
    ]

    assert refused == [403] * 4
    assert tom.opens(f"{HOME}/new").status_code == 403
    with house.office.desk.database.read() as connection:
        assert {one.role for one in list_staff(connection)} == {"admin", "agent"}


def test_a_lead_looks_after_agents_and_makes_nobody_more_than_that(house: House) -> None:
    hire(house, "per_lea", "lead")
    hire(house, "per_tom")
    lea = house.staff_browser("per_lea")

    assert fills(lea, name="Mara") == 200
    assert fills(lea, f"{HOME}/per_tom", name="Thomas") == 200
    assert fills(lea, name="Eve", role="admin") == 403
    assert fills(lea, f"{HOME}/per_tom", role="lead") == 403
    assert fills(lea, f"{HOME}/per_admin", role="agent") == 403
    for action in ("link", "shut_out", "dismiss"):
        lea.opens(f"{HOME}/per_admin")
        assert "Only an admin changes this person." in lea.text
        assert lea.posts(f"{HOME}/per_admin", action=action).status_code == 403


def test_a_key_that_somebody_made_up_takes_over_nobody(house: House) -> None:
    hire(house, "per_lea", "lead")
    victim = f"per_{'a' * 20}"
    house.add_person(victim, "admin")
    lea = house.staff_browser("per_lea")

    assert fills(lea, key=f"f_{'a' * 20}") == 403
    with house.office.desk.database.read() as connection:
        found = find_person(connection, victim)
    assert found
    assert found.role == "admin"


def test_nobody_changes_their_own_role(house: House) -> None:
    hire(house, "per_ann", "admin")
    ann = house.staff_browser("per_ann")

    assert fills(ann, f"{HOME}/per_ann", role="agent") == 422
    assert "Nobody changes their own role." in ann.text


def test_a_form_of_another_browser_is_refused(house: House, staff: Browser) -> None:
    hire(house, "per_tom")
    staff.opens(HOME)

    for path in (HOME, f"{HOME}/new", f"{HOME}/on-call", f"{HOME}/per_tom"):
        assert staff.posts(path, token="made-up").status_code == 403


def test_what_is_done_to_people_is_in_the_audit(house: House, staff: Browser) -> None:
    fills(staff)

    with house.office.desk.database.read() as connection:
        lines = read_audit(connection, added(house).person_id)
    assert [(line.action, line.person_id) for line in lines] == [
        ("link_made", "per_admin"),
        ("person_added", "per_admin"),
    ]
