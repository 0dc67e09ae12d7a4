"""What does the desk do for itself, every minute, hour and day?"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.minding import Minding
from store import access, files, inbox, outbox, requests
from store.clock import Clock
from store.database import Database
from store.heads import HeadBook
from store.settings import Settings
from store.verify import verify

log = logging.getLogger("deskbell.housekeeping")

MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR
PAYLOADS_LIVE = timedelta(days=7)
"""Repeats of a delivery come within days; afterwards its words have no use here."""
ANSWERS_LIVE = timedelta(days=1)
STRAYS_LIVE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    settings: Settings
    database: Database
    clock: Clock
    book: HeadBook
    minding: Minding

    def sign_heads(self) -> bool:
        self.book.record(self.database, self.clock.now())
        return False

    def tidy(self) -> bool:
        now = self.clock.now()
        self.database.write(lambda connection: inbox.empty_old(connection, now - PAYLOADS_LIVE))
        self.database.write(lambda connection: outbox.empty_old(connection, now - PAYLOADS_LIVE))
        self.database.write(lambda connection: access.drop_expired_keys(connection, now))
        self.database.write(lambda connection: requests.drop_answers(connection, now - ANSWERS_LIVE))
        with self.database.read() as connection:
            known = files.known_files(connection)
        files.drop_strays(self.settings.data_dir, known, now - STRAYS_LIVE)
        self.minding.count()
        return False

    def check(self) -> bool:
        """Rebuilds every snapshot from its timeline and tells each difference."""
        findings = verify(self.database, self.book).findings
        for finding in findings:
            log.error("verify: %s", finding)
        watch = self.minding.watch
        watch.rebuilt_at, watch.differences = self.clock.now(), len(findings)
        return False
