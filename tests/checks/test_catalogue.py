"""The catalogue: what words select, what a user's file gives, and what rests on what."""

from __future__ import annotations

import sys

import pytest
import registry

from lemmata.checks import catalogue, listings
from lemmata.checks.catalogue import UsageError
from lemmata.spec.language import AtMost, Equals, LanguageError, Real, at_most, gap, using
from lemmata.spec.language.claims import REGISTRY
from lemmata.spec.lectures import LECTURES

catalogue.load()
ALL = [c.id for c in catalogue.claims()]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def chosen(*patterns, lecture=""):
    return [c.id for c in catalogue.select(patterns, lecture)]


def test_everything_is_selected_by_default():
    assert chosen() == ALL
    assert len(ALL) == len(set(ALL)) > 20


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["softmax.jacobian"], ["softmax.jacobian"]),
        (["softmax.jac*"], ["softmax.jacobian"]),
        (["*.gradient"], ["logistic.gradient"]),
        (["softmax.jacobian", "softmax.jac*"], ["softmax.jacobian"]),
        (["softmax.jacobian", "information.gibbs"], ["information.gibbs", "softmax.jacobian"]),
        (["softmax.jacobian_offdiag"], ["softmax.jacobian"]),  # a lecture's statement
        (["softmax.jacobian_cases_printed"], ["softmax.jacobian"]),  # our reading of it
        (["gibbs.inequality"], ["information.gibbs"]),
        (["reg.*"], ["regularization.gaussian_prior", "regularization.map_l2"]),
        (["*"], ALL),
    ],
)
def test_words_select(patterns, found):
    assert chosen(*patterns) == found


@pytest.mark.parametrize("lecture", ["ngo", "zhao", "petiushko", "lekce2"])
def test_a_lecture_selects_what_it_states_or_prints(lecture):
    found = chosen(lecture=lecture)
    assert found
    by_hand = [
        i
        for i in ALL
        if lecture
        in [c.lecture.key for c in registry.known(i).cites] + [p.lecture.key for p in registry.known(i).printed]
    ]
    assert found == by_hand
    assert chosen("*", lecture=lecture) == found
    assert 0 < len(found) < len(ALL)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: chosen("softmax.jacobain"), "there is no claim softmax.jacobain; did you mean softmax.jacobian"),
        (lambda: chosen("jacobian"), "there is no claim jacobian; did you mean softmax.jacobian"),
        (lambda: chosen("xyzzy"), "there is no claim xyzzy; try: lemmata list claims"),
        (lambda: chosen("softmax.*", "xyzzy*"), "there is no claim xyzzy*; try: lemmata list claims"),
        (lambda: chosen(lecture="ng"), "there is no lecture ng; did you mean ngo?"),
        (
            lambda: chosen(lecture="xyzzy"),
            "there is no lecture xyzzy; choose from petiushko, zhao, lekce2, avsec, ngo",
        ),
        (
            lambda: chosen("information.gibbs", lecture="ngo"),
            "no claim of ngo is named information.gibbs; leave out --lecture, or list its claims",
        ),
        (
            lambda: listings.record("softmax.softmaxx"),
            "there is no claim softmax.softmaxx; did you mean softmax.softmax",
        ),
    ],
)
def test_unknown_words_get_the_nearest_names(ask, message):
    with pytest.raises(UsageError) as error:
        ask()
    assert str(error.value).startswith(message)


def test_every_lecture_is_known_by_its_key():
    assert [x.key for x in LECTURES] == ["petiushko", "zhao", "lekce2", "avsec", "ngo"]


def test_printed_formulas_belong_to_their_claims():
    found = catalogue.printed()
    assert found["softmax.jacobian_offdiagonal_printed"][0].id == "softmax.jacobian"
    assert not set(found) & set(ALL)
    assert all(p.reading.outer is c for c, p in found.values())


def test_definitions_are_named_in_order_and_with_what_is_behind_them():
    claim = registry.known("softmax.jacobian")
    assert [d.id for d in catalogue.named_definitions(claim)] == ["softmax.softmax", "softmax.softmax_jacobian"]
    behind = [d.id for d in catalogue.definitions_behind(registry.known("logistic.gradient"))]
    assert behind == [
        "logistic.logreg_loss", "logistic.logreg_grad", "logistic.bce_logits", "logistic.sigmoid", "logistic.softplus",
    ]  # fmt: skip


def test_what_a_claim_rests_on():
    assert catalogue.rests_on(registry.known("information.kl_nonnegative")) == ["information.gibbs"]
    assert catalogue.foundations("information.kl_nonnegative") == [
        "information.gibbs", "information.gibbs_term", "information.log_bound",
    ]  # fmt: skip
    assert catalogue.rests_on(registry.known("softmax.sums_to_one")) == []
    assert catalogue.foundations("optimizers.adam_unbiased") == ["optimizers.adam_unrolled", "optimizers.adam_weights"]


def test_the_catalogue_is_acyclic():
    catalogue.check_acyclic(catalogue.claims())


def circle(*names):
    """Claims that rest on each other in a circle."""
    found = [registry.claim_of(lambda x=Real: Equals(x, x + 1), name=name) for name in names]
    for one, other in zip(found, [*found[1:], found[0]], strict=True):
        one.proof(by(other))
    return found


def by(lemma):
    return lambda x: iter([("by the other", x + 1, using(lemma, times=1))])


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_circle_is_refused(names):
    found = circle(*names)
    with pytest.raises(LanguageError) as error:
        catalogue.check_acyclic(found[:1])
    path = " → ".join(f"test_catalogue.{n}" for n in [*names, names[0]])
    assert error.value.bare == f"{path}: a claim rests on itself"


def test_a_circle_through_a_certificate_is_refused():
    one = registry.claim_of(lambda x=Real: AtMost(x, 0), name="one")
    one.proof(lambda x: iter([("by itself", at_most(0, because=gap(one, x=x)))]))
    with pytest.raises(LanguageError, match=r"\.one → test_catalogue\.one: a claim rests on itself"):
        catalogue.check_acyclic([one])


def test_a_circle_of_printed_formulas_is_refused():
    claim = registry.known("information.log_bound")
    lecture = LECTURES[0]

    def printed(x):
        """As printed."""
        return Equals(x, x + 1)

    circular = claim.as_printed(lecture, "x.y", section="", latex="")(printed)
    circular.proof(lambda x: iter([("by itself", x + 1, using(circular, times=1))]))
    try:
        with pytest.raises(LanguageError, match="printed: a claim rests on itself"):
            catalogue.check_acyclic([claim])
    finally:
        claim.printed.pop()


# --- a user's own file

GOOD = '''
from lemmata.spec.language import Equals, Real, claim, definition

@definition(notation="h({x})")
def half(x=Real):
    """Half of x."""
    return x / 2

@claim
def twice_a_half(x=Real):
    """Twice a half is the whole."""
    return Equals(2 * half(x), x)

@claim
def second(x=Real):
    """Another."""
    return Equals(x, x)
'''


@pytest.fixture
def file(tmp_path):
    def write(text, name="my_claims.py"):
        path = tmp_path / name
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return path

    return write


def test_a_file_gives_its_claims_in_order(file):
    found = catalogue.load_file(file(GOOD))
    assert [c.id for c in found] == ["my_claims.twice_a_half", "my_claims.second"]
    assert "my_claims.half" in REGISTRY
    assert "my_claims" not in sys.modules


BAD = {
    "no such file": (None, "{path}: there is no such file"),
    "a folder": ("folder", "{path}: this is a folder; name a Python file of claims"),
    "no Python file": ("text", "{path}: a file of claims is a Python file (.py)"),
    "no claims": ("x = 1\n", "{path}: there is no @claim in this file"),
    "what does not parse": ("def f(:\n", "{path}:1: this does not parse: invalid syntax"),
    "null bytes": (b"x = 1\0\n", "{path}: this does not parse: source code string cannot contain null bytes"),
    "another encoding": (b'x = "\xff"\n', "{path}:1: this does not parse: (unicode error) 'utf-8' codec"),
    "what raises": ("import os\n\n1 / 0\n", "{path}:3: ZeroDivisionError: division by zero"),
    "what is not installed": ("import xyzzy\n", "{path}:1: ModuleNotFoundError: No module named 'xyzzy'"),
    "what ends the program": ("raise SystemExit(0)\n", "{path}:1: this ends the program; a file of claims may not"),
    "a sort misused": (
        'from lemmata.spec.language import Vector\nv = Vector["n", "m"]\n',
        "{path}:2: Vector takes 1 dimension name(s)",
    ),
    "a statement misused": (
        GOOD + "\n@claim\ndef f(x=Real):\n    'A.'\n    return x\n",
        "{path}:19: a claim must return a statement",
    ),
    "a proof misused": (
        GOOD + "\n@second.proof\ndef f(x):\n    yield 'a', 1, 2, 3\n",
        "{path}:19: a step is",
    ),
    "a docstring missing": (GOOD + "\n@claim\ndef f(x=Real):\n    return x\n", "{path}:19: bad.f needs a docstring"),
    "an id of its own twice": (
        GOOD + "\n@claim\ndef second(x=Real):\n    'A.'\n",
        "{path}:19: the id bad.second is taken by {path}:14",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_file_with_a_fault_is_refused_in_one_sentence(fault, file, tmp_path):
    content, message = BAD[fault]
    path = tmp_path / ("bad.txt" if content == "text" else "bad.py")
    if content == "folder":
        path.mkdir()
    elif content is not None:
        file(content, path.name)
    before = dict(REGISTRY)
    with pytest.raises((UsageError, LanguageError)) as error:
        catalogue.load_file(path)
    assert str(error.value).startswith(message.format(path=path))
    assert "\n" not in str(error.value)
    assert before == REGISTRY, "nothing of a file that does not load is kept"
    assert "bad" not in sys.modules


def test_a_file_is_loaded_again_after_it_was_mended(file):
    path = file(GOOD + "\n1 / 0\n")
    with pytest.raises(UsageError):
        catalogue.load_file(path)
    file(GOOD)
    assert len(catalogue.load_file(path)) == 2


def test_a_file_may_not_be_named_like_a_module(file):
    path = file(GOOD, "json.py")
    with pytest.raises(UsageError, match="a module named json exists already; rename the file"):
        catalogue.load_file(path)


def test_a_file_may_not_take_ids_of_the_catalogue(file):
    path = file(GOOD.replace("second", "jacobian"), "softmax.py")
    with pytest.raises(LanguageError, match=r"the id softmax.jacobian is taken by .*spec/softmax.py"):
        catalogue.load_file(path)


def test_a_file_is_found_by_a_relative_path(file, monkeypatch, tmp_path):
    file("import os\n1 / 0\n", "mine.py")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        catalogue.load_file(type(tmp_path)("mine.py"))
    assert str(error.value) == f"{tmp_path / 'mine.py'}:2: ZeroDivisionError: division by zero"


# --- listings


@pytest.mark.parametrize("kind", ["claims", "definitions", "lectures", "methods", "statements"])
def test_a_listing_has_rows_under_the_same_headings(kind):
    found = listings.rows(kind)
    assert found
    assert len({tuple(r) for r in found}) == 1
    assert all(isinstance(v, str) and v for r in found for v in r.values())


def test_a_listing_of_a_lecture_is_a_part():
    for kind in ("claims", "definitions", "lectures", "statements"):
        part, whole = listings.rows(kind, "ngo"), listings.rows(kind)
        assert [r for r in whole if r in part] == part
        assert 0 < len(part) < len(whole)
    assert {r["lecture"] for r in listings.rows("statements", "ngo")} == {"ngo"}


def test_a_listing_of_statements_says_which_are_printed_wrongly():
    found = {r["statement"]: r for r in listings.rows("statements")}
    assert found["softmax.jacobian_offdiag"]["printed"] == "wrongly"
    assert found["softmax.jacobian_cases"]["printed"] == "rightly"
    assert found["softmax.jacobian_cases"]["read as"] == "softmax.jacobian_cases_printed"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("softmax.sums_to_one", "softmax.sums_to_one"),
        ("information.gibbs_printed", "information.gibbs"),
        ("gibbs.log_bound", "information.log_bound"),
        ("softmax.softmax", "softmax.softmax"),
    ],
)
def test_a_record_is_found_by_any_of_its_names(asked, found):
    assert listings.record(asked).id == found
