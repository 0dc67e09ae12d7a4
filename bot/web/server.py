"""How does the server stop while pages listen?"""

import socket

import uvicorn
from typing_extensions import override

from bot.notifier import Notifier


class PageServer(uvicorn.Server):
    """Lets go of the pages that listen before it waits for the calls that are under way; they never end."""

    def __init__(self, config: uvicorn.Config, notifier: Notifier) -> None:
        super().__init__(config)
        self.notifier = notifier

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.notifier.close()
        await super().shutdown(sockets)
