"""Do those who watch over the desk learn how it is?"""

from bot.minding import Minding
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


def test_figures_tell_how_many_promises_were_kept(house: House, customer: Browser) -> None:
    kept = house.file_ticket(customer)
    house.file_ticket(house.browser())
    house.office.staff_does("reply", ticket=kept, text="A new pump leaves today.", value="solved")
    assert house.becomes(kept, "status", "solved")
    house.office.clock.forward(hours=6)
    desk = house.office.desk
    minding = Minding(desk.database, desk.clock, desk.rules, desk.watch)
    minding.mind()
    minding.count()

    told = house.browser().client.get("/metrics").text

    assert 'deskbell_sla_promises{kept="yes",timer="first_response"} 1.0' in told
    assert 'deskbell_sla_promises{kept="no",timer="first_response"} 1.0' in told
    assert 'deskbell_sla_promises{kept="yes",timer="resolution"} 1.0' in told
    assert 'deskbell_risk_band_changes_total{band="critical"} 1.0' in told
