"""How good are the shipped weights of a broken promise? With --write they are learned anew and written."""

import sys
from pathlib import Path

from bench.simulated_desk import simulate
from escalation.breach import FACTORS, Weights
from escalation.breach_file import as_yaml
from escalation.breach_training import Fit, Start, learn
from escalation.calibration import as_svg, bins_of
from escalation.policy_file import SHIPPED
from escalation.sla_policy import open_policy

HOME = Path(__file__).parent.parent
PLOT = HOME / "docs" / "breach-calibration.svg"
DESKS, DAYS, SEED = 12, 56, 42
PROVENANCE = f"{DESKS} simulated desks over {DAYS} days (bench/simulated_desk.py, seed {SEED})"


def train(desks: int = DESKS, days: int = DAYS) -> Fit:
    rows = simulate(open_policy(), SEED, desks, days)
    return learn(rows, "general", PROVENANCE, start=Start())


def main() -> None:
    found = train()
    weights = found.weights
    print(f"breach: {weights.rows} snapshots learned from, {weights.tested_rows} later ones measured")
    print(f"  Brier {weights.brier}, by the clock alone {weights.brier_clock}, average {found.brier_average}")
    print(f"  intercept {weights.intercept:+.4f}")
    for name in FACTORS:
        print(f"  {name:<17} {weights.factors[name]:+.4f}")
    for one in bins_of(found.told):
        print(f"  said {one.said:6.1%}  came {one.came:6.1%}  of {one.count}")
    if "--write" in sys.argv:
        write(weights, found)


def write(weights: Weights, found: Fit) -> None:
    (SHIPPED / "breach.yml").write_text(as_yaml(weights), encoding="utf-8")
    PLOT.write_text(as_svg(found.told, "Shipped weights on later days"), encoding="utf-8")
    print(f"  written: {SHIPPED / 'breach.yml'}, {PLOT}")


if __name__ == "__main__":
    main()
