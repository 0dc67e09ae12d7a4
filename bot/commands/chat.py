"""How does a customer talk to the desk in a terminal?"""

import argparse
import getpass
import sys
import threading
from dataclasses import dataclass, field
from time import monotonic, sleep

from bot.desk import Desk
from bot.view import Turn
from bot.wiring import open_desk
from store.messages import Choice, CustomerSaid
from store.settings import read_settings

CHANNEL = "terminal"
POLL_SECONDS = 1.0
LOOK_SECONDS = 0.02
LONGEST_WAIT = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="name", default="", help="who you are; default: your user name")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    desk = open_desk(read_settings())
    talk = Talk(desk, f"per_terminal_{options.name or getpass.getuser()}")
    try:
        talk.greet()
        for line in sys.stdin:
            talk.say(line.rstrip("\n"))
    finally:
        talk.end()
    return 0


@dataclass(slots=True)
class Talk:
    """Prints what is new on the timeline; a number picks the button that it stands for."""

    desk: Desk
    person_id: str
    shown: set[tuple[str, int]] = field(default_factory=set)
    choices: tuple[Choice, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)

    def greet(self) -> None:
        self.show()
        print("Ask a question; a number presses a button; Ctrl-D leaves.", flush=True)
        threading.Thread(target=self.watch, name="chat-watch", daemon=True).start()

    def say(self, text: str) -> None:
        number = text.strip()
        pressed = None
        if number.isdigit() and 0 < int(number) <= len(self.choices):
            pressed = self.choices[int(number) - 1]
        self.desk.receive(
            CustomerSaid(
                key=self.desk.clock.new_id("terminal"),
                at=self.desk.clock.now(),
                person_id=self.person_id,
                channel=CHANNEL,
                thread=self.person_id,
                text=pressed.label if pressed else text,
                command=pressed.command if pressed else None,
            )
        )
        self.desk.run_own()
        until = monotonic() + LONGEST_WAIT
        while self.show() and monotonic() < until:
            sleep(LOOK_SECONDS)

    def show(self) -> bool:
        """True while something that was said is still being thought about."""
        with self.lock:
            talk = self.desk.conversation(person_id=self.person_id, channel=CHANNEL)
            told = [turn for turn in talk.turns if turn.timeline]
            fresh = [turn for turn in told if (turn.timeline, turn.version) not in self.shown]
            for turn in fresh:
                self.shown.add((turn.timeline, turn.version))
                if turn.voice != "customer":
                    print_turn(turn)
            if fresh:
                self.choices = fresh[-1].choices
                print_choices(self.choices)
            return talk.is_waiting

    def watch(self) -> None:
        while not self.ended.wait(POLL_SECONDS):
            self.show()

    def end(self) -> None:
        self.ended.set()
        with self.lock:
            self.desk.stop()


def print_turn(turn: Turn) -> None:
    who = {"assistant": "", "desk": "· ", "person": "> "}.get(turn.voice, "")
    print()
    for line in turn.lines:
        cites = f" [{line.cites}]" if line.cites else ""
        print(f"{who}{line.text}{cites}")
    for source in turn.citations:
        first, last = source.lines
        where = f"line {first}" if first == last else f"lines {first}–{last}"
        print(f"  [{source.number}] {source.article}, {where}: {source.heading}")
    sys.stdout.flush()


def print_choices(choices: tuple[Choice, ...]) -> None:
    if choices:
        print("  " + "   ".join(f"{number} {choice.label}" for number, choice in enumerate(choices, 1)))
        sys.stdout.flush()
