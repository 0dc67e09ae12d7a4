"""How does a process come to the rows of the desk?"""

from store.database import Database, open_database
from store.migrate import prepare
from store.settings import Settings


def open_store(settings: Settings) -> Database:
    """The database, brought up to this release."""
    database = open_database(settings.database)
    try:
        prepare(database, settings)
    except BaseException:
        database.close()
        raise
    return database
