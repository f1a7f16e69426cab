"""The audit of every target of the corpus, as a table: python -m tests.audit.corpus_audit [NAME ...] [--jobs N]

A target passes where its verdict is the manifest's, or one of those that are fair, too. Exits with 1 where a bug is
missed, a correct target is accused, or less than 95 % of the verdicts are right.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from lemmata.checks.audit import audit

from .corpus_run import CORPUS, Target, targets

GOOD = 0.95
BUGS = ("wrong", "unstable", "impure", "error")


@dataclass(frozen=True)
class Row:
    target: Target
    verdict: str
    diagnosis: str
    mistake: str
    seconds: float
    inputs: int
    findings: int

    @property
    def right(self) -> bool:
        return self.verdict in (self.target.verdict, *self.target.also)

    @property
    def missed(self) -> bool:
        """A bug that is not reported as one."""
        return self.target.verdict in BUGS and self.verdict not in BUGS and not self.right

    @property
    def accused(self) -> bool:
        return self.target.verdict == "correct" and self.verdict in BUGS


def examined(target: Target, budget: float) -> Row:
    begun = time.monotonic()
    found: Any = audit(
        f"{CORPUS / target.module}.py:{target.name}",
        target.definition,
        conventions=dict(target.set),
        call=target.call,
        budget=budget,
    )
    seconds = time.monotonic() - begun
    return Row(
        target, found.verdict.value, found.diagnosis, found.mistake, found.seconds or seconds, found.inputs,
        len(found.findings),
    )  # fmt: skip


def _examined(job: tuple[Target, float]) -> Row:
    return examined(*job)


def run(chosen: Sequence[Target], jobs: int, budget: float) -> list[Row]:
    with ProcessPoolExecutor(jobs) as pool:
        rows = []
        for row in pool.map(_examined, [(t, budget) for t in chosen]):
            rows.append(row)
            mark = "  " if row.right else "!!" if row.missed or row.accused else "! "
            mistake = f" [{row.mistake}]" if row.mistake else ""
            print(
                f"{mark} {row.target.id:45} {row.target.verdict:9} {row.verdict:9} {row.seconds:5.1f} s "
                f"{row.inputs:8}  {row.diagnosis[:150]}{mistake}",
                flush=True,
            )
    return rows


def summary(rows: Sequence[Row]) -> str:
    by = Counter((r.target.verdict, r.verdict) for r in rows)
    verdicts = [*BUGS, "undecided", "correct"]
    lines = [f"{'is / found':12}" + "".join(f"{v:>11}" for v in verdicts)]
    for truth in [*BUGS, "correct"]:
        lines.append(f"{truth:12}" + "".join(f"{by[truth, v]:11}" for v in verdicts))
    faulty = [r for r in rows if r.target.verdict in BUGS]
    sound = [r for r in rows if r.target.verdict == "correct"]
    wrong = [r.seconds for r in rows if r.verdict in BUGS] or [0.0]
    fine = [r.seconds for r in rows if r.verdict == "correct"] or [0.0]
    lines += [
        f"bugs found: {sum(not r.missed for r in faulty)} of {len(faulty)}",
        f"false alarms: {sum(r.accused for r in sound)} of {len(sound)}",
        f"right verdict: {sum(r.right for r in rows)} of {len(rows)} ({sum(r.right for r in rows) / len(rows):.1%})",
        f"seconds: median {statistics.median(wrong):.2f} where a bug is found, most {max(fine):.2f} where none is",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="targets, modules or definitions; all without any")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--budget", type=float, default=8.0)
    given = parser.parse_args()
    chosen = [
        t for t in targets() if not given.names or {t.id, t.name, t.module, t.definition, t.verdict} & {*given.names}
    ]
    rows = run(chosen, given.jobs, given.budget)
    print(summary(rows))
    failed = any(r.missed or r.accused for r in rows) or sum(r.right for r in rows) < GOOD * len(rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
