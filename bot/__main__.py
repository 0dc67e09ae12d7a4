"""What does `deskbell` on the command line do?"""

import argparse
import importlib
import logging
import pkgutil
import sys
from collections.abc import Sequence

from bot import commands
from store.errors import DeskbellError

INTERRUPTED = 130


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 0 only on success; what goes wrong is one clear line."""
    parser = argparse.ArgumentParser(prog="deskbell", description="A support desk that lives in chat.")
    nouns = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in command_names(given if given is not None else sys.argv[1:]):
        importlib.import_module(f"bot.commands.{name}").add_arguments(nouns)
    options = parser.parse_args(given)
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


def command_names(given: Sequence[str]) -> list[str]:
    """Only the file of the noun that was asked for is loaded; without one, all, for the help."""
    known = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    asked = next((word for word in given if not word.startswith("-")), "")
    holder = HOLDERS.get(asked, asked)
    return [holder] if holder in known else known


HOLDERS = {"restore": "backup"}
"""Nouns whose file has another name."""


if __name__ == "__main__":
    sys.exit(main())
