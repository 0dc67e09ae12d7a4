"""What does a browser without script do at the web door?"""

import html
import re
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from store.access import ADMIN, Person, Role, add_person, make_key
from tests.office import Office

HOST = "http://desk.test"


@dataclass(slots=True)
class Browser:
    """Keeps its cookies and the page it is on, and sends the forms that stand there."""

    client: TestClient
    page: str = ""
    path: str = ""

    def opens(self, path: str, **given: Any) -> Response:
        answer = self.client.get(path, **given)
        self.page, self.path = answer.text, answer.url.path
        return answer

    def posts(self, path: str = "", *, files: Any = None, headers: Any = None, **fields: str) -> Response:
        """As the form of the page: with its token and its key, where the test does not give its own."""
        whole = {"token": self.token, "key": self.key, **fields}
        answer = self.client.post(path or self.path, data=whole, files=files, headers=headers)
        if answer.text:
            self.page = answer.text
        return answer

    def says(self, text: str, path: str = "/support/assistant") -> str:
        self.opens(path)
        self.posts(text=text)
        return self.text

    def presses(self, label: str) -> Response:
        """The button of that label."""
        buttons = re.findall(
            r'name="command" value="([^"]*)"[^>]*>(?:<svg.*?</svg>)?([^<]*)<', self.page, re.S
        )
        for command, said in buttons:
            if html.unescape(said).strip() == label:
                return self.posts(command=html.unescape(command))
        raise AssertionError(f"no button {label!r}; there are {[said for _, said in buttons]}")

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        return found.group(1) if found else ""

    @property
    def key(self) -> str:
        found = re.search(r'name="key" value="([^"]*)"', self.page)
        return found.group(1) if found else ""

    @property
    def text(self) -> str:
        """What is read on the page."""
        bare = re.sub(r"<(script|style|svg|head).*?</\1>", " ", self.page, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@dataclass(slots=True)
class House:
    office: Office
    app: FastAPI
    count: int = field(default=0)

    def browser(self, host: str = HOST, **headers: str) -> Browser:
        return Browser(TestClient(self.app, base_url=host, headers=headers, raise_server_exceptions=False))

    def add_person(self, person_id: str, role: Role) -> None:
        person = Person(person_id, person_id.title(), "", role, self.office.clock.now())
        self.office.desk.database.write(lambda connection: add_person(connection, person))

    def make_link(self, person_id: str = ADMIN) -> str:
        return f"/signin/{self.make_secret('link', person_id)}"

    def make_token(self, person_id: str, *scopes: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.make_secret('token', person_id, *scopes)}"}

    def make_secret(self, use: Any, person_id: str, *scopes: str) -> str:
        clock = self.office.clock
        secret, now = clock.new_secret(), clock.now()
        key_id, until = clock.new_id("key"), now + timedelta(hours=12)
        self.office.desk.database.write(
            lambda connection: make_key(
                connection,
                use=use,
                person_id=person_id,
                secret=secret,
                key_id=key_id,
                now=now,
                expires_at=until,
                scopes=scopes,
            )
        )
        return secret

    def staff_browser(self, person_id: str = ADMIN) -> Browser:
        browser = self.browser()
        browser.opens(self.make_link(person_id))
        browser.posts()
        return browser

    def becomes(self, ticket: str, field: str, value: object) -> bool:
        """The belts of the house work beside; waits until they have done that."""
        until = monotonic() + 10
        while getattr(self.office.ticket(ticket), field) != value and monotonic() < until:
            sleep(0.01)
        return bool(getattr(self.office.ticket(ticket), field) == value)

    def settle(self, *people: str) -> None:
        """Until what these people said is answered, be it here or on the belts that run beside."""
        until = monotonic() + 30
        self.office.desk.run_due()
        while any(self.office.talk(person).is_waiting for person in people):
            assert monotonic() < until, "nobody answers"
            sleep(0.01)

    def tickets_of(self, *people: str) -> list[str]:
        """Each of them calls for a person, without a page."""
        for person in people:
            said = {"text": "The fuel pump hums and does not pump", "command": {"kind": "talk_to_person"}}
            self.office.customer_sends(person=person, **said)
        self.settle(*people)
        return [self.office.session(person).tickets[-1] for person in people]

    def file_ticket(self, browser: Browser, about: str = "The fuel pump hums and does not pump") -> str:
        """A customer asks, and wants a person; returns the ticket's number."""
        browser.says(about)
        browser.opens("/support/assistant")
        browser.posts(command='{"kind":"talk_to_person"}')
        found = re.search(r"T-\d+", browser.text)
        assert found, browser.text
        return found.group(0)
