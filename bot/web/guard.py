"""What may come in at the door, and what may a browser do with what goes out?"""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEBIBYTE = 1024 * 1024
MOST_WORDS = MEBIBYTE
MOST_WITH_FILES = 52 * MEBIBYTE
"""Five files of 10 MB, and words."""
MOST_DRAINED = 64 * MEBIBYTE
"""Who hangs up while a browser is still sending shows it a broken connection instead of our answer."""

TAKE_FILES = ("/support/", "/admin/", "/api/v1/files")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
RULES = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


class Guard:
    """Counts what comes in as it comes, and writes the rules on all that goes out; whoever asks for the head
    alone gets that of the page. ASGI wants it async."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self.rules = [*RULES.items(), *([ONLY_HTTPS] if is_https else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        is_head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if is_head else scope
        answered = False

        async def send_with_rules(message: Message) -> None:
            nonlocal answered
            answered = True
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(r for r in self.rules if r[0] not in said)]
            if is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(asked, Measured(receive, most_bytes(scope)), send_with_rules)
        except Exception:
            # The framework has answered and logged it, and raises it once more for servers that log for it.
            if not answered:
                raise


class Measured:
    def __init__(self, receive: Receive, most: int) -> None:
        self.receive, self.most, self.seen = receive, most, 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen <= self.most:
            return message
        while message.get("more_body") and self.seen <= MOST_DRAINED:
            message = await self.receive()
            self.seen += len(message.get("body", b""))
        raise HTTPException(413)


def most_bytes(scope: Scope) -> int:
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    takes_files = scope["path"].startswith(TAKE_FILES) and kind.startswith(b"multipart/form-data")
    return MOST_WITH_FILES if takes_files else MOST_WORDS
