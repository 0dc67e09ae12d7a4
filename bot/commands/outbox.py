"""Which letters could not leave, and how are they tried again?"""

import argparse

from bot.commands.inbox import add_verbs

STATES = ("ready", "sending", "dead", "expired", "done")


def add_arguments(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = nouns.add_parser("outbox", help="letters that wait or could not leave")
    add_verbs(parser, "outbox", STATES)
