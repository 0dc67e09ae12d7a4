"""Do the desk's words leave by every door that brings words in?"""

import pytest

from store.replays import list_waiting
from tests.office import ADA, Office


@pytest.mark.parametrize("channel", ["web", "terminal", "api"])
def test_what_is_said_in_a_channel_is_answered_there(office: Office, channel: str) -> None:
    office.customer_sends(channel=channel, text="I want to talk to a person")

    office.desk.run_due()

    with office.desk.database.read() as connection:
        letters = list_waiting(connection, "outbox", ("ready", "sending", "dead", "expired", "done"))
    assert [(letter.lane, letter.state) for letter in letters] == [(f"T-1001|{channel}:{ADA}", "done")]
