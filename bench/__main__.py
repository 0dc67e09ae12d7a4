"""What do the measured figures look like beside their limits? All of them, or those that are named."""

import importlib
import pkgutil
import sys

import bench

APART = {"__main__", "table", "sets", "simulated_desk"}


def main() -> int:
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in APART)
    wanted = sys.argv[1:] or known
    if unknown := [name for name in wanted if name not in known]:
        print(f"bench: there is no {unknown[0]!r}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in wanted:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
