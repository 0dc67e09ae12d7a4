"""Which cookies and forms come from us, and from nobody else?"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

LONGEST_LIFE = 400
"""Days that a browser remembers who it is; browsers keep no cookie longer."""
RENEW_AFTER = 30


@dataclass(frozen=True, slots=True)
class Seals:
    key: bytes

    def seal(self, purpose: str, *parts: str) -> str:
        said = "\0".join((purpose, *parts)).encode(errors="surrogatepass")
        return base64.urlsafe_b64encode(hmac.digest(self.key, said, "sha256")[:24]).decode()

    def fits(self, given: str, purpose: str, *parts: str) -> bool:
        right = self.seal(purpose, *parts).encode()
        return hmac.compare_digest(right, given.encode(errors="surrogatepass"))

    def write_visitor(self, person_id: str, today: date) -> str:
        day = str(today.toordinal())
        return f"{person_id}.{day}.{self.seal('visitor', person_id, day)}"

    def read_visitor(self, cookie: str, today: date) -> tuple[str, bool]:
        """The person, or empty for a cookie that is not ours; and whether it is time for a new one."""
        person_id, _, rest = cookie.partition(".")
        day, _, seal = rest.partition(".")
        if not self.fits(seal, "visitor", person_id, day):
            return "", False
        age = today.toordinal() - int(day)
        return (person_id, age > RENEW_AFTER) if age <= LONGEST_LIFE else ("", False)


def make_seals(secret_key: str) -> Seals:
    """A key of its own, so that nothing signed elsewhere passes here."""
    return Seals(hashlib.sha256(b"deskbell pages\0" + secret_key.encode()).digest())
