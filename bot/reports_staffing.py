"""How many people does each queue need in the next four weeks, and how many are planned?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.crew import read_crew
from escalation.risk import LIVE, MINUTE_US
from escalation.routing import Agent, RouteRule
from escalation.rulebook import Rulebook
from escalation.schedule import DAYS, Day, Schedule
from escalation.staffing import (
    ENOUGH_DAYS,
    WEEKS,
    Expected,
    Work,
    forecast,
    lose_patience,
    people_for,
    people_for_backlog,
)
from store.agents import AgentRow, list_agents
from store.database import Database
from store.tickets import Ticket
from store.volume import Opened, first_opened, opened_between, waiting_by_queue

AHEAD = 7 * WEEKS
FEWEST_DAYS = 7
"""Before that nothing can be said of a weekday."""
WHOLE_HISTORY = 7 * WEEKS + ENOUGH_DAYS
"""From so many days on the intervals come from how the desk's own days scatter."""
ENOUGH_FOR_HOURS = 50
"""Tickets, before one hour of the day can be told from another."""
MOST_BUSY = 0.85
"""Nobody answers chats all the time."""
NOMINAL_HOURS = 8.0
A_WEEK = 5.0
"""Days in which a backlog is to be gone."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the desk cannot know of itself; told on every report."""

    minutes: float = 15.0
    """Of work that one ticket takes."""
    level: float = 0.9
    """Share of chats that are to be answered within what the policy promises."""
    productive: float = 0.7
    """Share of somebody's hours that is left for tickets."""
    patience: float = 10.0
    """Minutes that somebody in a chat waits on average before they leave."""


@dataclass(frozen=True, slots=True)
class Weekday:
    day: Day
    count: float
    low: float
    """Four days in five lie between low and high."""
    high: float
    planned: float
    """People who work on such a day, on average."""


@dataclass(frozen=True, slots=True)
class Chats:
    """Of the busiest hour of the busiest weekday."""

    day: Day
    an_hour: float
    within: float
    """Minutes that the policy allows for the first answer."""
    present: int
    needed: int
    """With those who are at something else just then."""
    answered: float
    """Share within that time."""
    leaving: float
    """Share that leaves before anybody answers."""
    is_spread_evenly: bool
    """Too few are known to tell the hours apart."""


@dataclass(frozen=True, slots=True)
class Mail:
    waiting: int
    a_day: float
    """Of the days on which the desk is open."""
    needed: int


@dataclass(frozen=True, slots=True)
class QueueNeed:
    queue: str
    reach: str
    """Whom its rules reach."""
    seen: int
    """Tickets in the history."""
    weekdays: tuple[Weekday, ...]
    chats: Chats | None
    mail: Mail | None
    people: tuple[str, ...]
    """Planned, by name."""
    hours: float
    """That they are planned for, a week."""
    places: int
    """Tickets that they can hold together."""

    @property
    def needed(self) -> int:
        return (self.chats.needed if self.chats else 0) + (self.mail.needed if self.mail else 0)

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.people))


@dataclass(frozen=True, slots=True)
class StaffingReport:
    made_at: datetime
    first: date
    """Of the four weeks."""
    history: int
    """Days."""
    assumed: Assumed
    queues: tuple[QueueNeed, ...]
    """Each by itself, as if its people did nothing else; one who serves several stands in each."""
    whole: QueueNeed
    """As if everybody did everything."""

    @property
    def can_forecast(self) -> bool:
        return self.history >= FEWEST_DAYS

    def told(self) -> list[str]:
        """How far the figures can be trusted."""
        if not self.history:
            return ["There is no history yet: no ticket was opened before today."]
        days = f"History: {count(self.history, 'day')}."
        if not self.can_forecast:
            return [f"{days} That is too little for a forecast, which takes {FEWEST_DAYS} days."]
        said = [f"{days} Every weekday was seen {count(self.history // 7, 'time')} at least."]
        if self.history < WHOLE_HISTORY:
            said.append(
                f"With less than {WHOLE_HISTORY} days the intervals show what chance alone does;"
                " weeks that differ from each other scatter more."
            )
        return said


def count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is worked out from."""

    rules: Rulebook
    zone: ZoneInfo
    agents: Sequence[tuple[AgentRow, Agent]]
    history: Sequence[Opened]
    waiting: Mapping[str, int]
    begin: date
    first: date
    assumed: Assumed

    @property
    def desk_hours(self) -> Schedule:
        return self.rules.deadlines.policy.hours

    def ahead(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(AHEAD)]

    def expected(self, opened: Iterable[Opened]) -> list[Expected]:
        """Days of the desk on which this queue had nothing count as such."""
        counts = Counter(one.opened_at.astimezone(self.zone).date() for one in opened)
        return forecast({self.begin: 0, **counts}, self.first, AHEAD)


def report_staffing(
    database: Database, rules: Rulebook, zone: ZoneInfo, now: datetime, *, days: int, assumed: Assumed
) -> StaffingReport:
    """By the desk's own history of so many days, today left out: it is not over."""
    today = now.astimezone(zone).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=zone)
    crew = {agent.person_id: agent for agent in read_crew(database, now).agents}
    with database.read() as connection:
        oldest = first_opened(connection)
        begin = max(today - timedelta(days=days), oldest.astimezone(zone).date()) if oldest else today
        since = datetime(begin.year, begin.month, begin.day, tzinfo=zone)
        history = tuple(opened_between(connection, since, midnight))
        agents = [(row, crew[row.person_id]) for row in list_agents(connection) if row.person_id in crew]
        waiting = waiting_by_queue(connection, sorted(LIVE))
    sources = Sources(rules, zone, agents, history, waiting, begin, today, assumed)
    names = sorted({one.queue for one in history} | set(waiting))
    return StaffingReport(
        made_at=now,
        first=today,
        history=max(0, (today - begin).days),
        assumed=assumed,
        queues=tuple(need_of_queue(name, sources) for name in names),
        whole=need_of_all(sources),
    )


def need_of_queue(queue: str, sources: Sources) -> QueueNeed:
    mine = [one for one in sources.history if one.queue == queue]
    rules = rules_of(queue, sources.rules.routing.rules)
    people = [row for row, agent in sources.agents if any(rule.reaches(agent) for rule in rules)]
    reach = ", ".join(dict.fromkeys(say_reach(rule) for rule in rules))
    return need_of(mine, sources.waiting.get(queue, 0), people, sources, names=(queue, reach))


def need_of_all(sources: Sources) -> QueueNeed:
    people = [row for row, _ in sources.agents]
    waiting = sum(sources.waiting.values())
    return need_of(sources.history, waiting, people, sources, names=("", "anyone"))


def need_of(
    mine: Sequence[Opened],
    waiting: int,
    people: Sequence[AgentRow],
    sources: Sources,
    *,
    names: tuple[str, str],
) -> QueueNeed:
    """`names`: of the queue, and of whom its rules reach."""
    live = [one for one in mine if one.channel in LIVE]
    posted = [one for one in mine if one.channel not in LIVE]
    hours = [hours_on(row, day, sources.desk_hours) for row in people for day in sources.ahead()]
    expected = sources.expected(mine)
    return QueueNeed(
        queue=names[0],
        reach=names[1],
        seen=len(mine),
        weekdays=tuple(weekday(day, expected, people, sources) for day in DAYS) if expected else (),
        chats=need_of_chats(live, sources) if expected else None,
        mail=need_of_mail(waiting, posted, people, sources) if expected else None,
        people=tuple(row.name or row.person_id for row in people),
        hours=sum(hours) / WEEKS,
        places=sum(row.capacity for row in people),
    )


def rules_of(queue: str, rules: Sequence[RouteRule]) -> list[RouteRule]:
    """Those that send there; failing that, those that leave a ticket in the queue of its category."""
    return [rule for rule in rules if rule.queue == queue] or [rule for rule in rules if not rule.queue]


def say_reach(rule: RouteRule) -> str:
    return f"skill {rule.skill}" if rule.reach == "skill" else rule.reach.replace("_", " ")


def weekday(day: Day, expected: Sequence[Expected], people: Sequence[AgentRow], sources: Sources) -> Weekday:
    """The mean of its four days to come; they hardly differ."""
    same = [one for one in expected if DAYS[one.day.weekday()] == day]
    there = [1 for row in people for one in same if hours_on(row, one.day, sources.desk_hours)]
    count, low, high = (
        sum(getattr(one, name) for one in same) / len(same) for name in ("count", "low", "high")
    )
    return Weekday(day, count, low, high, len(there) / len(same))


def need_of_chats(live: Sequence[Opened], sources: Sources) -> Chats | None:
    expected = sources.expected(live)
    open_days = [one for one in expected if open_hours(sources.desk_hours, one.day)]
    busiest = max(open_days or expected, key=lambda one: one.count, default=None)
    if busiest is None or not busiest.count:
        return None
    is_even = len(live) < ENOUGH_FOR_HOURS
    hours = open_hours(sources.desk_hours, busiest.day) or 24.0
    share = 1 / hours if is_even else busiest_hour(live, sources.zone)
    assumed, within = sources.assumed, allowed(live, sources.rules)
    work = Work(busiest.count * share, 60.0, assumed.minutes)
    found = people_for(
        work,
        within=within,
        level=assumed.level,
        most_busy=MOST_BUSY,
        shrinkage=1 - assumed.productive,
    )
    leaving = lose_patience(work, found.present, assumed.patience).abandoned
    return Chats(
        day=DAYS[busiest.day.weekday()],
        an_hour=work.arrivals,
        within=within,
        present=found.present,
        needed=found.rostered,
        answered=found.service_level,
        leaving=leaving,
        is_spread_evenly=is_even,
    )


def busiest_hour(live: Sequence[Opened], zone: ZoneInfo) -> float:
    """Its share of a day."""
    hours = Counter(one.opened_at.astimezone(zone).hour for one in live)
    return max(hours.values()) / len(live)


def allowed(live: Sequence[Opened], rules: Rulebook) -> float:
    """Minutes for the first answer, by the policy, of the kind of ticket that is most frequent there."""
    kinds = Counter((one.channel, one.category, one.priority) for one in live)
    channel, category, priority = kinds.most_common(1)[0][0]
    ticket = Ticket(ticket_id="", channel=channel, category=category, priority=priority)
    return rules.deadlines.for_ticket(ticket)["first_response"][priority].length / MINUTE_US


def need_of_mail(
    waiting: int, posted: Sequence[Opened], people: Sequence[AgentRow], sources: Sources
) -> Mail | None:
    if not waiting and not posted:
        return None
    week = sources.expected(posted)[:7]
    open_days = sum(1 for one in week if open_hours(sources.desk_hours, one.day)) or 7
    a_day = sum(one.count for one in week) / open_days
    assumed = sources.assumed
    needed = people_for_backlog(
        waiting,
        a_day,
        assumed.minutes / 60,
        productive_hours=day_of(people, sources) * assumed.productive,
        days=A_WEEK,
    )
    return Mail(waiting, a_day, needed)


def day_of(people: Sequence[AgentRow], sources: Sources) -> float:
    """Hours that one of them works on a day of work."""
    hours = [hours_on(row, day, sources.desk_hours) for row in people for day in sources.ahead()]
    worked = [one for one in hours if one]
    return sum(worked) / len(worked) if worked else NOMINAL_HOURS


def hours_on(row: AgentRow, day: date, desk_hours: Schedule) -> float:
    """Who names no hours works when the desk is open; on leave nobody does."""
    if row.on_leave_until and day < row.on_leave_until.astimezone(ZoneInfo(row.tz)).date():
        return 0.0
    own = Schedule.read_back({**row.hours, "tz": row.tz}) if row.hours else desk_hours
    return open_hours(own, day)


def open_hours(schedule: Schedule, day: date) -> float:
    if day in schedule.holidays:
        return 0.0
    return sum(last - first for first, last in schedule.windows_of(day)) / 60
