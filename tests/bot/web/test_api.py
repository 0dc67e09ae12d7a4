"""Can a program hold a conversation, and only its own?"""

import json
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from httpx2 import Response

from tests.browsers import Browser, House

ASK = "How long can I return a part?"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64

Call = Callable[..., Response]


@pytest.fixture
def ada(house: House) -> Call:
    return caller(house, "per_ada", "customer")


@pytest.fixture
def agent(house: House) -> Call:
    return caller(house, "per_agent", "agent")


def caller(house: House, person_id: str, role: Any, *scopes: str) -> Call:
    house.add_person(person_id, role)
    token = house.make_token(person_id, *(scopes or ("read", "write")))
    client = house.browser().client

    def call(method: str, path: str, body: object = None, **headers: str) -> Response:
        return client.request(method, f"/api/v1{path}", json=body, headers=token | headers)

    return call


def begin(call: Call, text: str = ASK) -> dict[str, Any]:
    answer = call("POST", "/sessions?wait=5", {"text": text})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def file_ticket(call: Call) -> str:
    session = begin(call, "The fuel pump hums")["session"]["session_id"]
    told = call(
        "POST", f"/sessions/{session}/messages?wait=5", {"command": {"kind": "talk_to_person"}}
    ).json()
    ticket: str = told["session"]["tickets_generated"][0]
    return ticket


def test_a_session_begins_with_a_message_and_is_answered(ada: Call) -> None:
    told = begin(ada)

    assert told["session"]["user_id"] == "per_ada"
    assert told["session"]["current_mode"] == "assistant"
    assert told["session"]["channel"] == "api"
    assert [message["voice"] for message in told["messages"]] == ["customer", "assistant"]
    assert told["messages"][1]["citations"][0]["lines"] == [10, 10]
    assert told["is_waiting"] is False


def test_two_sessions_of_one_person_stand_side_by_side(ada: Call) -> None:
    one, two = begin(ada), begin(ada, "Hello")

    assert one["session"]["session_id"] != two["session"]["session_id"]
    assert "Hello" not in json.dumps(ada("GET", f"/sessions/{one['session']['session_id']}/messages").json())


def test_a_session_is_read_as_the_view_that_the_papers_name(ada: Call) -> None:
    session = begin(ada)["session"]

    assert ada("GET", f"/sessions/{session['session_id']}").json() == session
    assert set(session) == {
        "user_id",
        "session_id",
        "current_mode",
        "issues_logged",
        "tickets_generated",
        "status",
        "escalated",
        "language",
        "channel",
    }


def test_messages_behind_a_place_are_read_alone(ada: Call) -> None:
    told = begin(ada)
    session, last = told["session"]["session_id"], told["messages"][-1]["id"]
    ada("POST", f"/sessions/{session}/messages?wait=5", {"text": "Thanks"})

    behind = ada("GET", f"/sessions/{session}/messages?after={last}").json()["messages"]

    assert behind[0]["text"] == "Thanks"
    assert len(behind) == 2


def test_a_button_is_pressed_by_its_command(ada: Call) -> None:
    told = begin(ada)
    solved = next(one for one in told["messages"][-1]["choices"] if one["label"] == "That solved it")

    session = told["session"]["session_id"]
    told = ada("POST", f"/sessions/{session}/messages?wait=5", {"command": solved["command"]}).json()

    assert "If it comes back" in told["messages"][-1]["text"]


def test_a_session_is_read_by_its_owner_and_by_staff_only(house: House, ada: Call, agent: Call) -> None:
    session = begin(ada)["session"]["session_id"]
    boris = caller(house, "per_boris", "customer")

    assert agent("GET", f"/sessions/{session}/messages").status_code == 200
    foreign, absent = boris("GET", f"/sessions/{session}"), boris("GET", "/sessions/ses_none")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["error"]["message"] == absent.json()["error"]["message"]
    assert boris("POST", f"/sessions/{session}/messages", {"text": "x"}).status_code == 404
    assert agent("POST", f"/sessions/{session}/messages", {"text": "x"}).status_code == 404


def test_a_ticket_is_listed_read_answered_and_closed(ada: Call, agent: Call) -> None:
    ticket = file_ticket(ada)

    assert [line["ticket_id"] for line in ada("GET", "/tickets").json()["tickets"]] == [ticket]
    assert ada("GET", f"/tickets/{ticket}").json()["queue"] == "general"
    assert agent("POST", f"/tickets/{ticket}/messages", {"text": "Which car?"}).status_code == 202
    agent("POST", f"/tickets/{ticket}/messages", {"text": "A regular.", "internal": True})
    wait_until(lambda: "A regular." in agent("GET", f"/tickets/{ticket}/messages").text)
    seen = ada("GET", f"/tickets/{ticket}/messages").text
    assert "Which car?" in seen
    assert "A regular." not in seen
    ada("POST", f"/tickets/{ticket}/close")
    wait_until(lambda: ada("GET", f"/tickets/{ticket}").json()["status"] == "solved")
    ada("POST", f"/tickets/{ticket}/reopen")
    wait_until(lambda: ada("GET", f"/tickets/{ticket}").json()["status"] == "open")


def wait_until(is_so: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while monotonic() < until:
        if is_so():
            return
        sleep(0.01)
    raise AssertionError("it did not come to that")


def test_a_ticket_of_another_is_not_there(house: House, ada: Call) -> None:
    ticket = file_ticket(ada)
    boris = caller(house, "per_boris", "customer")

    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/close"), ("POST", "/reopen")):
        answer = boris(method, f"/tickets/{ticket}{path}")
        assert answer.status_code == 404
        assert "fuel pump" not in answer.text
    assert boris("POST", f"/tickets/{ticket}/messages", {"text": "x"}).status_code == 404
    assert boris("GET", "/tickets").json()["tickets"] == []


def test_staff_list_all_tickets_filtered_and_page_by_page(ada: Call, agent: Call) -> None:
    for _ in range(3):
        file_ticket(ada)

    page = agent("GET", "/tickets?status=new&limit=2").json()
    rest = agent("GET", f"/tickets?status=new&limit=2&after={page['next']}").json()

    assert len(page["tickets"]) == 2
    assert len(rest["tickets"]) == 1
    assert rest["next"] == ""
    assert agent("GET", "/tickets?queue=billing").json()["tickets"] == []


def test_the_same_key_does_the_same_thing_once(ada: Call) -> None:
    body = {"text": ASK}
    first = ada("POST", "/sessions?wait=5", body, **{"idempotency-key": "k-1"})
    again = ada("POST", "/sessions?wait=5", body, **{"idempotency-key": "k-1"})

    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(ada: Call) -> None:
    ada("POST", "/sessions", {"text": ASK}, **{"idempotency-key": "k-1"})
    other = ada("POST", "/sessions", {"text": "Something else"}, **{"idempotency-key": "k-1"})

    assert other.status_code == 422
    assert "used with another body" in other.json()["error"]["message"]


def test_the_same_key_of_two_people_is_two_keys(house: House, ada: Call) -> None:
    boris = caller(house, "per_boris", "customer")
    one = ada("POST", "/sessions?wait=5", {"text": ASK}, **{"idempotency-key": "k-1"}).json()
    two = boris("POST", "/sessions?wait=5", {"text": ASK}, **{"idempotency-key": "k-1"}).json()

    assert one["session"]["session_id"] != two["session"]["session_id"]


def test_a_question_is_answered_without_being_kept(ada: Call, agent: Call) -> None:
    told = ada("POST", "/ask", {"question": ASK}).json()

    assert told["answered"] is True
    assert "30 days" in told["answer"]
    assert told["citations"][0]["article"] == "returns.md"
    assert set(told) == {
        "answered",
        "answer",
        "citations",
        "confidence",
        "language",
        "source",
        "near",
        "missing",
    }
    question = {"question": "What may an agent refund without asking?"}
    assert "goodwill" not in ada("POST", "/ask", question).text
    assert "goodwill.md" in agent("POST", "/ask", question).text


def test_a_file_is_sent_first_and_named_then(house: House, ada: Call) -> None:
    token = house.make_token("per_ada", "read", "write")
    sent = house.browser().client.post("/api/v1/files", files={"file": ("a.png", PNG)}, headers=token)
    assert sent.status_code == 201

    told = ada("POST", "/sessions?wait=5", {"text": "See", "files": [sent.json()["file_id"]]}).json()

    files = [file["name"] for message in told["messages"] for file in message["files"]]
    assert "a.png" in files
    boris = caller(house, "per_boris", "customer")
    stolen = boris("POST", "/sessions", {"text": "See", "files": [sent.json()["file_id"]]})
    assert stolen.status_code == 404


def test_without_a_token_nothing_is_said(house: House) -> None:
    client = house.browser().client
    for given in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"}):
        answer = client.get("/api/v1/tickets", headers=given)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "not_signed_in"


def test_a_token_that_reads_cannot_write(house: House) -> None:
    reader = caller(house, "per_ada", "customer", "read")

    assert reader("GET", "/me").json()["scopes"] == ["read"]
    refused = reader("POST", "/sessions", {"text": ASK})
    assert refused.status_code == 403
    assert "write" in refused.json()["error"]["message"]


def test_the_pages_own_cookie_opens_the_api_with_the_seal_of_the_page(customer: Browser) -> None:
    customer.opens("/support/assistant")
    sealed = {"x-csrf-token": customer.token}

    assert customer.client.get("/api/v1/me").json()["role"] == "customer"
    assert customer.client.post("/api/v1/sessions", json={"text": "hi"}).status_code == 403
    assert customer.client.post("/api/v1/sessions", json={"text": "hi"}, headers=sealed).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": "x" * 20_001}, 422),
        ({"text": "x", "person_id": "per_admin"}, 422),
        ({"text": "x", "command": {"kind": "unknown"}}, 422),
        ({"text": 7}, 422),
        ({"text": "x", "files": ["file_none"]}, 404),
        ([], 422),
    ],
    ids=str,
)
def test_a_wrong_body_is_told_in_one_shape(ada: Call, body: object, code: int) -> None:
    answer = ada("POST", "/sessions", body)

    assert answer.status_code == code
    assert set(answer.json()["error"]) == {"code", "message", "hint", "reference"}


def test_a_body_that_is_no_json_is_told_in_the_same_shape(house: House) -> None:
    house.add_person("per_ada", "customer")
    headers = house.make_token("per_ada", "read", "write") | {"content-type": "application/json"}
    client = house.browser().client
    for content in (b"{", b"\xff\xfe", b'{"text": "\xff"}', b'{"text": "\\ud800"}', b"x" * 1_100_000):
        answer = client.post("/api/v1/sessions", content=content, headers=headers)
        assert answer.status_code in (400, 413, 422)
        assert set(answer.json()["error"]) == {"code", "message", "hint", "reference"}


def test_an_unknown_address_is_told_in_the_same_shape(ada: Call) -> None:
    answer = ada("GET", "/nowhere")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_the_api_describes_itself(house: House) -> None:
    told = house.browser().client.get("/api/v1/openapi.json").json()

    assert "/api/v1/sessions/{session_id}/messages" in told["paths"]
    assert told["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert not [path for path in told["paths"] if not path.startswith("/api/v1/")]
