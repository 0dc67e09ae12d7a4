"""How is a quarrel about a post or a block settled?"""

from typing import Literal

from store.backend_records import Block, Complaint, Post
from tools.actions.registry import Plan, action
from tools.actions.view import View, changed


@action(tier=3)
def settle_report(view: View, *, report_id: str, verdict: Literal["upheld", "dismissed"]) -> Plan:
    """Decide on a reported post: upheld hides it, dismissed shows it."""
    report, post = find_dispute(view, report_id)
    view.guard("nobody has decided on it so", report.status != verdict, f"It is {verdict} already.")
    shown: Literal["visible", "hidden"] = "hidden" if verdict == "upheld" else "visible"
    ruling = changed(report, status=verdict)
    return (ruling,) if post.status == shown else (ruling, changed(post, status=shown))


def find_dispute(view: View, report_id: str) -> tuple[Complaint, Post]:
    """For who reported it and for who wrote the post; to others it is not there."""
    report = view.find(Complaint, report_id)
    post = view.find(Post, report.post_id) if report else None
    if report is None or post is None or view.customer not in (report.person_id, post.person_id):
        raise view.absent(Complaint, report_id)
    return view.keep(report), view.keep(post)


@action(tier=3)
def lift_block(view: View, *, block_id: str) -> Plan:
    """Let somebody in again where they were kept out."""
    block = view.own(Block, block_id)
    view.guard("the block stands", block.status == "standing", "It was lifted before.")
    return (changed(block, status="lifted"),)
