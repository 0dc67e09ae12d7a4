"""Where do the weights of a broken promise lie, and how are they written down?"""

from collections.abc import Mapping
from pathlib import Path

import yaml

from escalation.breach import FACTORS, Weights
from escalation.policy_file import SHIPPED, read_policy

NAME = "breach.yml"
HEAD = {
    "general": """\
# How probable is it that a promise is broken? Contribution of a factor = its number × its value (0–1);
# the intercept and all contributions add up to the logit. Written by `python -m bench.breach --write`.
# What it means, and how good it is: docs/risk.md.
""",
    "own": """\
# Learned from the desk's own tickets by `deskbell risk refit`. Delete this file, and from its
# next start the desk takes the weights again that come with it.
""",
}


def open_weights(learned: Path | None = None) -> Weights:
    """Those in the data folder, if the desk has learned some; otherwise those that come with it.
    Raises Misconfigured with file and line."""
    own = learned / NAME if learned else None
    return read_policy(own if own and own.exists() else SHIPPED / NAME, Weights)


def as_yaml(weights: Weights) -> str:
    told: Mapping[str, object] = weights.model_dump(mode="json") | {
        "factors": {name: weights.factors[name] for name in FACTORS}
    }
    return HEAD[weights.weights] + yaml.safe_dump(
        dict(told), sort_keys=False, allow_unicode=True, width=1_000
    )
