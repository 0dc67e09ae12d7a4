"""What does `deskbell` on the command line do?"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from store.errors import DeskbellError

INTERRUPTED = 130
NOUNS = {
    "run": "start the desk: pages, API and workers",
    "chat": "talk to the desk as a customer",
    "ask": "ask the articles a question",
    "knowledge": "the articles: bring in, list, check, measure",
    "ticket": "list tickets, or show one",
    "reply": "answer a ticket as a person; the customer reads it",
    "route": "who does a ticket: try the rules, check them, replay them",
    "risk": "learn from the desk's own tickets how probable a broken promise is",
    "people": "who works here, who is on call, and what customers are worth",
    "inbox": "deliveries that wait or could not be handled",
    "outbox": "letters that wait or could not leave",
    "token": "tokens for the API",
    "report": "figures to plan with: staffing",
    "seed": "fill an empty desk with two weeks of sample work",
    "verify": "check every chain, snapshot and signed head",
    "backup": "copy the desk, also while it runs",
    "restore": "make a backup the desk again",
    "selftest": "measure this installation on written examples",
    "doctor": "check settings and connections, and say what to do",
}
"""Each has a file in bot/commands, loaded only when its word is said: all together cost two seconds."""


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 0 only on success; what goes wrong is one clear line."""
    words = sys.argv[1:] if given is None else given
    asked = next((word for word in words if not word.startswith("-")), "")
    options = build_parser({asked}).parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return int(options.run(options))
    except DeskbellError as error:
        print(f"deskbell: {error.hint or error.code}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def build_parser(known: set[str]) -> argparse.ArgumentParser:
    """Of the nouns in `known` with all that they take, of the others with their line in the help."""
    parser = argparse.ArgumentParser(prog="deskbell", description="A support desk that lives in chat.")
    nouns = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help_line in NOUNS.items():
        noun = nouns.add_parser(name, help=help_line, description=f"{help_line[0].upper()}{help_line[1:]}.")
        if name in known:
            importlib.import_module(f"bot.commands.{name}").add_arguments(noun)
    return parser


if __name__ == "__main__":
    sys.exit(main())
