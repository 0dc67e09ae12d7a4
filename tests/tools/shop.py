"""How does a test act in the sample shop?"""

from collections.abc import Mapping

from store.backend import SampleBackend, state_hash
from store.backend_records import Edit, Written, edit
from store.database import Database
from tests.ledgers import NOON
from tools.actions import catalogue
from tools.actions.registry import ACTIONS
from tools.actions.running import COUNTED, Asked, run_action

assert catalogue.ROOMS


class Shop:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.backend = SampleBackend(database)
        self.now = NOON

    def hash(self) -> str:
        with self.database.read() as connection:
            return state_hash(connection)

    def run(self, name: str, customer: str, arguments: Mapping[str, object], key: str = "key") -> Written:
        return run_action(self.backend, asked(name, customer, arguments), key=key, now=self.now)

    def meddle(self, written: Written) -> None:
        """Somebody else takes back one of the changes, past the action."""
        self.backend.write(Written(key="meddled", action="meddle", edits=(back(written),)))


def asked(name: str, customer: str, arguments: Mapping[str, object]) -> Asked:
    return Asked(customer, name, ACTIONS[name].version, arguments)


def back(written: Written) -> Edit:
    change = next(one for one in written.edits if one.is_change and one.kind not in COUNTED)
    return edit(change.new, change.old)
