"""By which policies does the desk judge its tickets?"""

from dataclasses import dataclass
from pathlib import Path

from escalation.breach import Weights
from escalation.breach_file import open_weights
from escalation.policy_file import SHIPPED, read_policy
from escalation.priority import PriorityPolicy, open_priorities
from escalation.routing import RoutingPolicy
from escalation.sla_policy import Deadlines, open_policy


@dataclass(frozen=True, slots=True)
class Rulebook:
    deadlines: Deadlines
    priorities: PriorityPolicy
    routing: RoutingPolicy
    breach: Weights


def open_rulebook(folder: Path | None = None, learned: Path | None = None) -> Rulebook:
    """The desk's own files; for one that it has not, the one that comes with it. `learned` is the folder
    with the weights that a desk has learned. Raises Misconfigured."""
    return Rulebook(
        open_policy(own(folder, "sla.yml")),
        open_priorities(own(folder, "priority.yml")),
        read_policy((own(folder, "routing.yml") or SHIPPED) / "routing.yml", RoutingPolicy),
        open_weights(learned),
    )


def own(folder: Path | None, name: str) -> Path | None:
    return folder if folder and (folder / name).exists() else None
