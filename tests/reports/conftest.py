"""A run with one claim of every kind: proved with proof, erratum and twins; certified; refuted; open; hostile."""

import dataclasses

import pytest

from lemmata.checks.evidence import (
    ClaimRecord,
    Counterexample,
    DefinitionRecord,
    Evidence,
    Formula,
    LectureRecord,
    PrintedRecord,
    ProofRecord,
    Run,
    StepRecord,
    TwinRecord,
    Verdict,
    standing,
)

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;{{ 7*7 }}\u202egnp.exe\x00\x1b[31m\ud800"
)


def evidence(claim, verdict, subject="statement", method="normal_form", **more):
    command = f"lemmata verify {claim} --method {method}"
    return Evidence(claim, subject, method, verdict, **{"command": command, "seconds": 0.0213, **more})


def jacobian():
    name = "softmax.jacobian"
    witness = Counterexample(
        {"n": 2, "a": [0, 1], "i": 1, "j": 2}, "[-0.196611933 ± 3.1e-10]", "=", "[0.731058579 ± 2.4e-10]"
    )
    steps = (
        StepRecord(
            1,
            "",
            "quotient rule",
            "=",
            Formula(
                r"\frac{\delta_{i j} e^{a_{i}} \sum_{k=1}^{n} e^{a_{k}} - e^{a_{i}} e^{a_{j}}}"
                r"{\left(\sum_{k=1}^{n} e^{a_{k}}\right)^{2}}",
                "(δᵢⱼ exp(aᵢ) Σₖ exp(aₖ) − exp(aᵢ) exp(aⱼ)) / (Σₖ exp(aₖ))²",
            ),
            "differentiation",
            Verdict.PROVED,
        ),
        StepRecord(
            2,
            "",
            "split the fraction",
            "=",
            Formula(
                r"\delta_{i j} \frac{e^{a_{i}}}{\sum_{k=1}^{n} e^{a_{k}}} - \frac{e^{a_{i}}}{\sum_{k=1}^{n} e^{a_{k}}}"
                r" \frac{e^{a_{j}}}{\sum_{k=1}^{n} e^{a_{k}}}",
                "δᵢⱼ exp(aᵢ)/Σₖ exp(aₖ) − exp(aᵢ)/Σₖ exp(aₖ) · exp(aⱼ)/Σₖ exp(aₖ)",
            ),
            "normal form",
            Verdict.PROVED,
        ),
        StepRecord(
            3,
            "i = j",
            "definition of softmax, δ = 1",
            "=",
            Formula(r"S_{i}(a) \left(1 - S_{i}(a)\right)", "Sᵢ(a) (1 − Sᵢ(a))"),
            "normal form",
            Verdict.PROVED,
        ),
        StepRecord(
            4,
            "i ≠ j",
            "definition of softmax, δ = 0",
            "=",
            Formula(r"- S_{i}(a) S_{j}(a)", "−Sᵢ(a) Sⱼ(a)"),
            "normal form",
            Verdict.PROVED,
        ),
    )
    statement = Formula(
        r"\frac{\partial S_{i}(a)}{\partial a_{j}} = S_{i}(a) \left(\delta_{i j} - S_{j}(a)\right)",
        "∂Sᵢ(a)/∂aⱼ = Sᵢ(a) (δᵢⱼ − Sⱼ(a))",
    )
    printed = (
        PrintedRecord(
            "softmax.jacobian_offdiagonal_printed",
            "ngo",
            "Logistic Regression",
            "The Jacobian of Softmax Layer",
            "softmax.jacobian_offdiag",
            r"\frac{\partial S_i}{\partial a_j} = \frac{e^{a_i}}{\Sigma} \frac{\Sigma - e^{a_j}}{\Sigma}",
            Formula(
                r"\frac{\partial S_{i}(a)}{\partial a_{j}} = S_{i}(a) \left(1 - S_{j}(a)\right)",
                "∂Sᵢ(a)/∂aⱼ = Sᵢ(a) (1 − Sⱼ(a))",
            ),
            Verdict.REFUTED,
            True,
            (
                evidence(
                    "softmax.jacobian_offdiagonal_printed",
                    Verdict.REFUTED,
                    method="balls",
                    counterexample=witness,
                    detail="the two sides are disjoint balls",
                    trusted=("Arb",),
                ),
            ),
            "Off the diagonal the δ is 0, so the factor 1 − Sⱼ should be −Sⱼ.",
            name,
            statement,
        ),
        PrintedRecord(
            "softmax.jacobian_printed",
            "petiushko",
            "Introduction to Deep Learning Theory",
            "Multi-class sigmoid",
            "softmax.jacobian",
            r"\frac{\partial S_i}{\partial a_j} = S_i (\delta_{ij} - S_j)",
            statement,
            Verdict.PROVED,
            False,
            (evidence("softmax.jacobian_printed", Verdict.PROVED, trusted=("lemmata normal form",)),),
        ),
    )
    twins = (
        TwinRecord(
            "the sign of the right side",
            Formula(r"\frac{\partial S_{i}}{\partial a_{j}} = - S_{i}", "∂Sᵢ/∂aⱼ = −Sᵢ"),
            "refuted",
            ("balls", "normal_form"),
            witness,
        ),
        TwinRecord(
            "δ dropped",
            Formula(r"\frac{\partial S_{i}}{\partial a_{j}} = - S_{i} S_{j}", "∂Sᵢ/∂aⱼ = −Sᵢ Sⱼ"),
            "refuted",
            ("balls",),
            dataclasses.replace(witness, inputs={"n": 2, "a": [0, 0], "i": 1, "j": 1}),
        ),
        TwinRecord(
            "i and j exchanged",
            Formula(r"\frac{\partial S_{j}}{\partial a_{i}} = S_{j} (\delta_{j i} - S_{i})", "∂Sⱼ/∂aᵢ = Sⱼ (δⱼᵢ − Sᵢ)"),
            "equivalent",
            ("normal_form",),
        ),
    )
    records = (
        evidence(
            name,
            Verdict.PROVED,
            detail="both sides have one normal form, for symbolic n",
            trusted=("lemmata normal form", "SymPy core"),
            side_conditions=("n ≥ 1",),
        ),
        evidence(
            name,
            Verdict.PROVED,
            method="derivation",
            detail="4 steps, each an equality",
            trusted=("lemmata normal form",),
        ),
        evidence(
            name,
            Verdict.TESTED,
            method="balls",
            detail="balls overlap at 60 exact points, n = 2 to 5",
            effort={"points": 60},
            seed=7,
            trusted=("Arb",),
        ),
        evidence(
            name,
            Verdict.TESTED,
            "implementation:lemmata.impl.softmax.softmax_jacobian",
            "hypothesis",
            detail="no counterexample",
            effort={"inputs": 300},
            seed=7,
            trusted=("NumPy", "Arb"),
        ),
        evidence(
            name,
            Verdict.TESTED,
            "torch:softmax.jacobian",
            "autograd",
            detail="the independent graph agrees",
            effort={"inputs": 50},
            seed=7,
            trusted=("PyTorch autograd",),
            seconds=1.42,
        ),
    )
    return ClaimRecord(
        name,
        "softmax",
        "∂Sᵢ/∂aⱼ = Sᵢ (δᵢⱼ − Sⱼ).",
        "The diagonal and the rest in one formula.",
        statement,
        ("n ≥ 1", "a ∈ ℝⁿ", "i, j ∈ {1, …, n}"),
        {"n": 2, "a": [0, "1/2"], "i": 1, "j": 2},
        standing(records),
        True,
        records,
        (
            ProofRecord(
                "jacobian_by_quotient_rule",
                "by the quotient rule",
                Formula(r"\frac{\partial S_{i}(a)}{\partial a_{j}}", "∂Sᵢ(a)/∂aⱼ"),
                steps,
                Verdict.PROVED,
            ),
        ),
        printed,
        twins,
        ("softmax.softmax",),
        ("softmax.sums_to_one",),
        "spec/softmax.py",
        (Formula("S_{i}(a) = w", "Sᵢ(a) = w"),),
    )


def simple(name, title, latex, text, records, **more):
    return ClaimRecord(
        name,
        name.split(".")[0],
        title,
        "",
        Formula(latex, text),
        ("n ≥ 2", "p ∈ Δⁿ"),
        {"n": 2, "p": ["1/3", "2/3"]},
        standing(records),
        True,
        records,
        **more,
    )


def claims():
    wrong = Counterexample(
        {"n": 2, "p": ["1/2", "1/2"], "q": ["1/4", "3/4"]}, "[0.14384 ± 1e-6]", "=", "[0.13081 ± 1e-6]"
    )
    nan = Counterexample(
        {"x": ["0.1", "0.9"], "y": ["0.1000000001", "0.9"]}, "2.7e-11", "=", "nan", "smallest input found"
    )
    return (
        jacobian(),
        simple(
            "softmax.sums_to_one",
            "The weights sum to one.",
            r"\sum_{i=1}^{n} S_{i}(a) = 1",
            "Σᵢ Sᵢ(a) = 1",
            (evidence("softmax.sums_to_one", Verdict.PROVED, trusted=("lemmata normal form",)),),
        ),
        simple(
            "entropy.upper_bound",
            "Entropy is at most log n.",
            r"H(p) \le \log n",
            "H(p) ≤ log n",
            (
                evidence(
                    "entropy.upper_bound",
                    Verdict.CERTIFIED,
                    method="balls",
                    detail="strict on the box [1/100, 1]³, n = 3",
                    effort={"boxes": 412},
                    trusted=("Arb",),
                    seconds=3.4,
                ),
                evidence(
                    "entropy.upper_bound",
                    Verdict.UNDECIDED,
                    method="certificates",
                    detail="no sum of nonnegative terms found",
                ),
                evidence(
                    "entropy.upper_bound",
                    Verdict.REFUTED,
                    "implementation:lemmata.impl.entropy.js",
                    "hypothesis",
                    detail="not a number where the distributions nearly agree",
                    counterexample=nan,
                    seed=3,
                ),
            ),
        ),
        simple(
            "entropy.js_symmetric_kl",
            "A claim that is false.",
            r"D_{\mathrm{KL}}\left(p\,\|\,q\right) = D_{\mathrm{KL}}\left(q\,\|\,p\right)",
            "KL(p‖q) = KL(q‖p)",
            (
                evidence(
                    "entropy.js_symmetric_kl",
                    Verdict.REFUTED,
                    method="balls",
                    counterexample=wrong,
                    trusted=("Arb",),
                    detail="disjoint balls at an exact rational input",
                ),
            ),
        ),
        simple(
            "optim.adam_bias",
            "Bias correction.",
            r"\operatorname{E}\left[\hat{m}_{t}\right] = \mu",
            "E[m̂ₜ] = μ",
            (evidence("optim.adam_bias", Verdict.PROVED, method="induction", trusted=("lemmata induction",)),),
            twins=(TwinRecord("β² for β", Formula(r"1 - \beta^{2t}", "1 − β²ᵗ"), "surviving"),),
        ),
        simple(
            "optim.converges",
            "Steps that add up to infinity converge.",
            r"\lim_{t\to\infty} w_{t} = w^{*}",
            "lim wₜ = w*",
            (
                evidence(
                    "optim.converges",
                    Verdict.UNDECIDED,
                    method="series",
                    detail="no tail bound was found in 10 s",
                    seconds=10.0,
                ),
            ),
        ),
        simple(
            "optim.nesterov",
            "Needs the kernel.",
            r"v_{t+1} = \mu v_{t} - \eta \nabla f(w_{t} + \mu v_{t})",
            "vₜ₊₁ = μvₜ − η∇f(wₜ + μvₜ)",
            (
                evidence(
                    "optim.nesterov", Verdict.NOT_RUN, method="kernel", detail="rocq is not installed", seconds=0.0
                ),
            ),
        ),
    )


def with_capped_standing(claim):
    surviving = sum(twin.outcome == "surviving" for twin in claim.twins)
    return dataclasses.replace(claim, standing=standing(claim.evidence, surviving))


def hostile():
    """Every text that a user can choose says something nasty."""
    formula = Formula(r"\text{<script>alert(3)</script>}", HOSTILE)
    example = Counterexample({HOSTILE: [HOSTILE]}, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    record = Evidence(
        HOSTILE,
        "implementation:" + HOSTILE,
        HOSTILE,
        Verdict.REFUTED,
        HOSTILE,
        (HOSTILE,),
        (HOSTILE,),
        {HOSTILE: 1},
        1,
        example,
        0.5,
        HOSTILE,
    )
    step = StepRecord(1, HOSTILE, HOSTILE, HOSTILE, formula, HOSTILE, Verdict.REFUTED, HOSTILE, example)
    printed = PrintedRecord(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        r"\frac{<b>damaged ${" + HOSTILE,
        formula,
        Verdict.UNDECIDED,
        True,
        (record,),
        HOSTILE,
        HOSTILE,
        formula,
    )
    return ClaimRecord(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        formula,
        (HOSTILE,),
        {HOSTILE: HOSTILE},
        Verdict.NOT_RUN,
        False,
        (record,),
        (ProofRecord(HOSTILE, HOSTILE, formula, (step,), Verdict.REFUTED, HOSTILE),),
        (printed,),
        (TwinRecord(HOSTILE, formula, "surviving", (HOSTILE,), example),),
        (HOSTILE,),
        (HOSTILE, "nowhere.at_all"),
        HOSTILE,
    )


def definition(name, title, notation, formula, stable=None):
    return DefinitionRecord(
        name, name.split(".")[0], title, notation, formula, stable, ("n ≥ 1", "a ∈ ℝⁿ"), f"lemmata.impl.{name}"
    )


@pytest.fixture(scope="session")
def run():
    softmax = definition(
        "softmax.softmax",
        "The i-th weight.",
        Formula("S_{i}(a)", "Sᵢ(a)"),
        Formula(r"\frac{e^{a_{i}}}{\sum_{k=1}^{n} e^{a_{k}}}", "exp(aᵢ) / Σₖ exp(aₖ)"),
        Formula(
            r"\frac{e^{a_{i} - \max_{k} a_{k}}}{\sum_{k=1}^{n} e^{a_{k} - \max_{j} a_{j}}}",
            "exp(aᵢ − max a) / Σₖ exp(aₖ − max a)",
        ),
    )
    return Run(
        tuple(with_capped_standing(claim) for claim in claims()),
        (softmax,),
        (
            LectureRecord("ngo", "Logistic Regression", "Ngo Huy Bien", "en"),
            LectureRecord("petiushko", "Introduction to Deep Learning Theory", "Aleksandr Petiushko", "en"),
        ),
        {"python": "3.11.7", "sympy": "1.14.0", "python-flint": "0.9.0"},
        "all claims",
        "standard",
        7,
        18.4,
        ("entropy.js_symmetric_kl is refuted.", "lemmata.impl.entropy.js disagrees with entropy.upper_bound."),
    )


@pytest.fixture(scope="session")
def hostile_run(run):
    nasty = hostile()
    return dataclasses.replace(
        run,
        claims=(*run.claims, nasty),
        definitions=(*run.definitions, definition(HOSTILE, HOSTILE, nasty.statement, nasty.statement, nasty.statement)),
        lectures=(*run.lectures, LectureRecord(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        environment={HOSTILE: HOSTILE},
        selection=HOSTILE,
        effort=HOSTILE,
        problems=(HOSTILE,),
        finished=False,
    )
