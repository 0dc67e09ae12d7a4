"""Which letters could not leave, and how are they tried again?"""

import argparse

from bot.commands.inbox import add_verbs

STATES = ("ready", "sending", "dead", "expired", "done")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_verbs(parser, "outbox", STATES)
