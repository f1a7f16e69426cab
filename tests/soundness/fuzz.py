"""Try to make the prover prove something false: python -m tests.soundness.fuzz --cases 10000."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from multiprocessing import Pool

from lemmata.spec.language.printing import text

from . import truths
from .trial import Shape, Table, Trial, run

SHAPES = (Shape(1, 1), Shape(1, 2), Shape(2, 1), Shape(2, 2, 0.5), Shape(3, 1))
BATCH = 100
TRUE = {rule.__name__ for rule in truths.RULES}


def batch(number: int) -> Table:
    """One batch, its expressions as text: bound indices do not travel between processes."""
    table = run(number, BATCH, SHAPES[number % len(SHAPES)], skipped=number * BATCH)
    for trial in table.unsound + table.crashes + table.hangs + table.wrong_truths:
        trial.left, trial.right = (side if isinstance(side, str) else text(side) for side in (trial.left, trial.right))
    return table


def merged(into: Table, table: Table) -> None:
    for rule, row in table.counts.items():
        into.counts.setdefault(rule, Counter()).update(row)
    for name in ("unsound", "crashes", "hangs", "wrong_truths"):
        getattr(into, name).extend(getattr(table, name))


def show(table: Table) -> str:
    columns = ["proved", "unproved", "hang", "crash", "refuted", "agrees", "unknown", "slow"]
    lines = [f"{'':30}" + "".join(f"{c:>10}" for c in columns)]
    for true in (True, False):
        rows = {rule: row for rule, row in sorted(table.counts.items()) if (rule in TRUE) is true}
        lines.append("true" if true else "false")
        lines += [f"  {rule:28}" + "".join(f"{row[c]:>10}" for c in columns) for rule, row in rows.items()]
        total = sum(rows.values(), Counter())
        lines.append(f"  {'all':28}" + "".join(f"{total[c]:>10}" for c in columns))
    return "\n".join(lines)


def listed(title: str, trials: list[Trial], most: int) -> str:
    """The shortest finding of each rule, the shortest of all first."""
    shortest: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda t: len(str(t))):
        shortest.setdefault(trial.rule, trial)
    return "\n".join([f"\n{title}: {len(trials)}", *map(str, list(shortest.values())[:most])])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first batch")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=12, help="of how many rules to print the findings")
    given = parser.parse_args()
    table = Table()
    with Pool(given.jobs) as pool:
        for part in pool.imap_unordered(batch, range(given.first, given.first + -(-given.cases // BATCH))):
            merged(table, part)
    print(show(table))
    for title, trials in (("UNSOUND", table.unsound), ("crashes", table.crashes), ("hangs", table.hangs)):
        print(listed(title, trials, given.show))
    print(listed("true identities that balls refute (mistakes of this fuzzer)", table.wrong_truths, given.show))
    return 1 if table.unsound else 0


if __name__ == "__main__":
    sys.exit(main())
