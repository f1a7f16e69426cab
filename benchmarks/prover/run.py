"""The prover on the benchmark: what is proved, by which method, how fast; and no twin may be proved.

Run it from the root of the project: python benchmarks/prover/run.py [--save FILE] [file or claim …]
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from support import claims, twins_of

from lemmata.checks import balls
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, Goal, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language import Claim
from lemmata.spec.language.expressions import as_written

SILENT = EFFORTS["quick"]
PROVERS = [m for m in METHODS if m.proves]


def main(arguments: list[str]) -> int:
    save = Path(arguments[arguments.index("--save") + 1]) if "--save" in arguments else None
    wanted = {a for a in arguments if a != "--save" and (save is None or a != str(save))}
    rows: list[dict[str, Any]] = []
    with as_written():
        for path, found in claims().items():
            for claim in found:
                if not wanted or {path.stem, claim.id, claim.function.__name__} & wanted:
                    rows.append(judged(path.stem, claim))
                    show(rows[-1])
    print(summary(rows))
    if save:
        save.write_text(
            json.dumps({"summary": summary(rows).splitlines(), "claims": rows}, ensure_ascii=False, indent=1) + "\n"
        )
    return int(any(r["twins proved"] or r["refuted"] for r in rows))


def judged(area: str, claim: Claim) -> dict[str, Any]:
    goal = goal_of(claim)
    by, reasons, seconds = proofs(goal)
    twins = [goal.twin(s) for s in twins_of(claim)]
    refuted = [balls.search(t, EFFORTS["standard"], 0)[0] is not None for t in twins]
    return {
        "area": area,
        "id": claim.id,
        "kind": type(claim.statement).__name__,
        "proof given": bool(claim.proofs),
        "proved by": by,
        "seconds": round(seconds, 4),
        "left over": {} if by else reasons,
        "refuted": balls.search(goal, EFFORTS["standard"], 0)[0] is not None,
        "twins refuted": sum(refuted),
        "twins proved": [m for t in twins for m in proofs(t)[0]],
    }


def proofs(goal: Goal) -> tuple[list[str], dict[str, str], float]:
    """The methods that prove the goal, why the others do not, and the time of the first that does (or of all)."""
    by: list[str] = []
    reasons: dict[str, str] = {}
    seconds = 0.0
    for method in PROVERS:
        if method.applies(goal):
            continue
        began = time.perf_counter()
        evidence, _ = method.run(goal, SILENT, 0)
        if not by:
            seconds += time.perf_counter() - began
        if evidence.verdict is Verdict.PROVED:
            by.append(method.name)
        else:
            reasons[method.name] = evidence.detail[:200]
    return by, reasons, seconds


def show(row: dict[str, Any]) -> None:
    mark = "PROVED   " if row["proved by"] else "undecided"
    wrong = f"  TWIN PROVED by {row['twins proved']}" if row["twins proved"] else ""
    how = ", ".join(row["proved by"]) or row["left over"]
    print(f"{mark} {row['id']:<58} {how} {row['seconds'] * 1e3:.0f} ms{wrong}", flush=True)


def summary(rows: list[dict[str, Any]]) -> str:
    """The counts by area and by kind, and the times."""
    lines = []
    for key in ("area", "kind"):
        table: dict[str, Counter[str]] = {}
        for r in rows:
            table.setdefault(r[key], Counter()).update({"claims": 1, "proved": bool(r["proved by"])})
        lines += [f"{name}: {c['proved']} of {c['claims']} proved" for name, c in table.items()]
    times = [r["seconds"] for r in rows if r["proved by"]]
    done = sum(bool(r["proved by"]) for r in rows)
    lines.append(f"all: {done} of {len(rows)} proved ({1000 * done // max(len(rows), 1) / 10:g} %)")
    refuted, believed = sum(r["twins refuted"] for r in rows), sum(bool(r["twins proved"]) for r in rows)
    lines.append(f"twins: {refuted} of {3 * len(rows)} refuted by balls, {believed} claims with a twin proved")
    if len(times) > 1:
        slow = quantiles(times, n=100)[98]
        lines.append(f"time to a proof: median {1e3 * median(times):.0f} ms, 99th percentile {1e3 * slow:.0f} ms")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
