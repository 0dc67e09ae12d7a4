"""What do the articles say? `deskbell ask "where is my order?"`, beside a running desk or alone."""

import argparse
import json
import sys
from pathlib import Path

from bot.opening import open_beside, open_shelf
from knowledge.answer import Answer
from knowledge.front_matter import is_audience, unknown_audience
from knowledge.library import Library
from store.clock import SystemClock
from store.errors import BadAnswer, Misconfigured
from store.opening import open_store
from store.settings import Settings, read_settings

AS_CUSTOMER = "customers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the question")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--language", default="", help="of the question, e.g. de; otherwise it is detected")
    add_reader(parser)
    parser.set_defaults(run=run)


def add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audience", default=AS_CUSTOMER, metavar="A", help="public, customers (default), staff or team:NAME"
    )
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="another folder of articles")


def run(options: argparse.Namespace) -> int:
    question = " ".join(options.text).strip()
    if not question:
        raise BadAnswer('the question is empty: write e.g. deskbell ask "where is my order?"')
    audience = read_audience(options.audience)
    library = open_library_for(read_settings(), options.knowledge)
    try:
        answer = library.answer(question, history=(), audience=audience, language=options.language)
    finally:
        close(library)
    print(json.dumps(as_json(answer), ensure_ascii=False, indent=2) if options.json else as_text(answer))
    return 0


def read_audience(name: str) -> str:
    if not is_audience(name):
        raise Misconfigured(f"--audience: {unknown_audience(name)}")
    return name


def open_library_for(settings: Settings, folder: Path | None) -> Library:
    """The desk's own articles, or any folder with an index of its own that never touches the desk's."""
    clock = SystemClock()
    if folder is None:
        return open_shelf(settings, open_store(settings), clock)
    if not folder.is_dir():
        raise Misconfigured(f"--knowledge: {str(folder)!r} is no folder; give one with markdown files")
    return open_beside(settings, folder, clock)


def close(library: Library) -> None:
    library.close()
    library.database.close()


def as_json(answer: Answer) -> dict[str, object]:
    """A15. Sentences of the same lines share a citation."""
    cited = dict.fromkeys(sentence.citation for sentence in answer.sentences)
    return {
        "answered": answer.answered,
        "answer": answer.text,
        "citations": [
            {
                "article": one.article,
                "version": one.version,
                "heading": one.heading,
                "lines": list(one.lines),
                "quote": one.quote,
            }
            for one in cited
        ],
        "confidence": round(answer.confidence, 4),
        "language": answer.language,
        "source": answer.source,
        "near": [{"article": one.article, "heading": one.heading, "score": one.score} for one in answer.near],
        "missing": answer.missing,
    }


def as_text(answer: Answer) -> str:
    if not answer.answered:
        return "\n".join(refusal_lines(answer))
    sources = dict.fromkeys(sentence.citation for sentence in answer.sentences)
    cited = [f"  {one.article}, lines {one.lines[0]}–{one.lines[1]} ({one.heading})" for one in sources]
    return "\n".join([answer.text, "", *cited])


def refusal_lines(answer: Answer) -> list[str]:
    lines = [f"The articles do not answer this (confidence {answer.confidence:.2f})."]
    lines += [f"  near it: {one.article} ({one.heading})" for one in answer.near]
    if answer.missing:
        lines.append(f"  not covered: {answer.missing}")
    return lines


def show_progress(what: str) -> "Bar":
    return Bar(what, sys.stderr.isatty())


class Bar:
    """One line on a terminal, rewritten; nothing where no person looks."""

    def __init__(self, what: str, is_seen: bool) -> None:
        self._what, self._is_seen = what, is_seen

    def __call__(self, done: int, total: int) -> None:
        if self._is_seen:
            end = "\n" if done == total else ""
            print(f"\r{self._what} {done}/{total}", end=end, file=sys.stderr, flush=True)
