"""The benchmark of the prover is checked too: its claims and twins by exact points, and that check by wrong files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks" / "prover"
RUN = "import sys, pathlib; sys.path.insert(0, {0!r}); import support; support.HERE = pathlib.Path({1!r}); {2}"

RIGHT = '''"""A file of one claim."""
from lemmata.spec.language import Equals, Real, claim


@claim
def square(a=Real, b=Real):
    """The square of a sum."""
    return Equals((a + b) ** 2, a**2 + 2 * a * b + b**2)


def square_twins(a, b):
    return [a**2 + b**2, a**2 + a * b + b**2, a**2 - 2 * a * b + b**2]
'''


def run(files: Path, then: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own: the ids of the benchmark are no part of the catalogue."""
    command = [sys.executable, "-c", RUN.format(str(FOLDER), str(files), then)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def checked(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "bench_square.py").write_text(text, encoding="utf-8")
    return run(folder, "import check_truth; sys.exit(check_truth.main([]))")


def test_every_claim_has_three_twins_and_proofs_that_can_be_built() -> None:
    every = "every = [c for found in support.claims().values() for c in found]; "
    done = run(FOLDER, every + "print(len(every), sum(len(support.twins_of(c)) + 0 * len(c.proofs) for c in every))")
    assert done.returncode == 0, done.stderr
    claims, twins = map(int, done.stdout.split())
    assert claims >= 130
    assert twins == 3 * claims


def test_no_claim_of_the_bounds_is_refuted_and_every_twin_is() -> None:
    done = run(FOLDER, "import check_truth; sys.exit(check_truth.main(['bench_bounds']))")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_right_file_passes(tmp_path: Path) -> None:
    assert checked(tmp_path, RIGHT).returncode == 0


def test_a_false_claim_is_found(tmp_path: Path) -> None:
    done = checked(tmp_path, RIGHT.replace("+ 2 * a * b", "+ 3 * a * b"))
    assert done.returncode == 1
    assert "bench_square.square: the claim" in done.stdout


def test_a_true_twin_is_found(tmp_path: Path) -> None:
    done = checked(tmp_path, RIGHT.replace("[a**2 + b**2,", "[(a - b) ** 2 + 4 * a * b,"))
    assert done.returncode == 1
    assert "twin 1 is not refuted" in done.stdout


def test_a_missing_twin_is_found(tmp_path: Path) -> None:
    done = checked(tmp_path, RIGHT.replace("[a**2 + b**2,", "["))
    assert done.returncode != 0
    assert "must return 3 statements" in done.stderr
