"""Do those who watch over the desk learn how it is?"""

from tests.browsers import Browser, House


def test_the_desk_is_alive_and_ready(house: House) -> None:
    client = house.browser().client

    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["ready"] is True


def test_a_desk_whose_messages_wait_is_not_ready(house: House) -> None:
    house.office.desk.inbox_belt.stop(2)
    house.office.customer_sends(text="Is anybody there?")
    house.office.clock.forward(minutes=5)

    ready = house.browser().client.get("/readyz")

    assert ready.status_code == 503
    assert "300 s" in ready.json()["inbox"]


def test_figures_count_what_was_taken_down(house: House, customer: Browser) -> None:
    house.file_ticket(customer)

    told = house.browser().client.get("/metrics").text

    assert 'deskbell_acknowledged_total{kind="customer"} 2.0' in told
    assert 'deskbell_waiting{belt="inbox"} 0.0' in told
    assert 'deskbell_dead{belt="outbox"} 0.0' in told
    assert 'deskbell_tickets{status="new"} 1.0' in told
    assert "deskbell_acknowledge_seconds_bucket" in told
