"""`lemmata verify` as a user meets it: against the number of claims, cold and warm, with one worker and with two."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from many_claims import Copy
from tables import ratio, table, words

NUMBERS = (25, 100, 500)


def _spin(rounds: int) -> int:
    total = 0
    for i in range(rounds):
        total = (total * 31 + i) % 1_000_003
    return total


def pure_loop(processes: int, rounds: int = 6_000_000, tasks: int = 6) -> float:
    """The time of a loop that does nothing but compute, its tasks shared among so many processes."""
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        pool.map(_spin, [1000] * processes)
        began = time.perf_counter()
        pool.map(_spin, [rounds] * tasks, chunksize=1)
        return time.perf_counter() - began


def parallel() -> str:
    """Cold runs with one and two workers between runs of a pure loop, so that both meet the same machine."""
    rows = []
    with TemporaryDirectory() as folder:
        copy = Copy(Path(folder), 100)
        copy.verify("--no-cache", "-j", "1")  # Python compiles the copy
        for _ in range(3):
            loop = [pure_loop(jobs) for jobs in (1, 2)]
            ours = [copy.verify("--no-cache", "-j", str(jobs)).seconds for jobs in (1, 2)]
            rows.append(
                [
                    *map(words, loop),
                    ratio(*loop),
                    *map(words, ours),
                    ratio(*ours),
                    ratio(ours[0] / ours[1], loop[0] / loop[1]),
                ]
            )
    heads = [
        "loop, 1 process",
        "2 processes",
        "gain",
        "100 claims, 1 worker",
        "2 workers",
        "gain",
        "gain / loop's gain",
    ]
    return table(heads, rows)


def by_number() -> str:
    rows = []
    for number in NUMBERS:
        with TemporaryDirectory() as folder:
            copy = Copy(Path(folder), number)
            cold = copy.verify()
            warm = copy.verify()
            copy.edit("spec/generated_0.py", '"""Generated', '# a remark\n"""Generated')
            remark = copy.verify()
            copy.edit("spec/generated_0.py", "c=Real, j", "d=Real, c=Real, j")
            edited = copy.verify()
            copy.edit("checks/prover/engine.py", "MAX_TERMS = 4000", "MAX_TERMS = 4001")
            prover = copy.verify()
        times = [m.seconds for m in (cold, warm, remark, edited, prover)]
        rows.append(
            [
                number,
                words(times[0]),
                *(f"{words(t)} ({ratio(t, times[0])})" for t in times[1:]),
                f"{cold.memory:.0f} MiB",
            ]
        )
    heads = [
        "claims",
        "cold",
        "nothing changed",
        "a comment edited",
        "one claim edited",
        "the prover edited",
        "largest process",
    ]
    return table(heads, rows)


def measured() -> str:
    return (
        "Generated claims of five kinds at quick effort, twins included; wall-clock time of the whole command, "
        "Python's start included; in brackets the ratio to the cold run.\n\n"
        f"{by_number()}\n\nWorkers against a loop that only computes, three times in turn:\n\n{parallel()}"
    )


if __name__ == "__main__":
    print(measured())
