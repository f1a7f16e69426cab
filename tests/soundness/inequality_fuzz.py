"""Try to make the certificate search prove something false: python -m tests.soundness.inequality_fuzz --cases 10000."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from contextlib import nullcontext
from multiprocessing import Pool

from .inequality_trial import Table, Trial, run, shown, without_probe

BATCH = 50
LISTS = ("unsound", "undefined", "crashes", "hangs", "wrong_truths")
COLUMNS = ("proved", "unproved", "hang", "crash", "refuted", "agrees", "undefined", "unknown", "false")


def batch(given: tuple[int, int, bool]) -> Table:
    """One batch, its statements as text: bound indices do not travel between processes."""
    seed, number, bare = given
    with without_probe() if bare else nullcontext():
        table = run(seed, BATCH, skipped=number * BATCH)
    for name in LISTS:
        for trial in getattr(table, name):
            trial.statement = trial.statement if isinstance(trial.statement, str) else shown(trial.statement)
            trial.point = None
    return table


def merged(into: Table, table: Table) -> None:
    for rule, row in table.counts.items():
        into.counts.setdefault(rule, Counter()).update(row)
    for name in LISTS:
        getattr(into, name).extend(getattr(table, name))


def show(table: Table) -> str:
    lines = [f"{'':30}" + "".join(f"{c:>10}" for c in COLUMNS)]
    lines += [f"{rule:30}" + "".join(f"{row[c]:>10}" for c in COLUMNS) for rule, row in sorted(table.counts.items())]
    total = sum(table.counts.values(), Counter())
    return "\n".join([*lines, f"{'all':30}" + "".join(f"{total[c]:>10}" for c in COLUMNS)])


def listed(title: str, trials: list[Trial], most: int) -> str:
    return "\n".join([f"\n{title}: {len(trials)}", *map(str, sorted(trials, key=lambda t: len(str(t)))[:most])])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=12)
    parser.add_argument("--bare", action="store_true", help="without the probe in floating point, which hides mistakes")
    given = parser.parse_args()
    table = Table()
    with Pool(given.jobs) as pool:
        for part in pool.imap_unordered(batch, [(given.seed, k, given.bare) for k in range(-(-given.cases // BATCH))]):
            merged(table, part)
    print(show(table))
    for name in LISTS:
        print(listed(name, getattr(table, name), given.show))
    return 1 if table.unsound else 0


if __name__ == "__main__":
    sys.exit(main())
