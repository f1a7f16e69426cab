"""The page by itself: its links lead somewhere, it loads nothing, says hostile text as text, and can be read by all."""

import dataclasses
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import lemmata.reports.html
from lemmata.checks.evidence import Formula, Verdict
from lemmata.reports import html

VOID = {"meta", "br", "wbr", "hr", "img", "input", "link", "base"}


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, ids, text, and whether every element is closed."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.text, self.open, self.misnested = [], "", [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.misnested.append(tag)

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]

    def names(self):
        return {tag for tag, _ in self.tags}


@pytest.fixture(scope="module", autouse=True)
def fixed_date():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        yield


@pytest.fixture(scope="module")
def source(run):
    return html.render(run)


@pytest.fixture(scope="module")
def hostile_source(hostile_run):
    return html.render(hostile_run)


def dangling(source):
    """Fragments that lead nowhere, and ids that are there twice."""
    page = Page(source)
    ids = page.all("id")
    links = [link.removeprefix("#") for link in page.all("href")] + page.all("aria-labelledby")
    return sorted({link for link in links if link not in ids}), sorted({i for i in ids if ids.count(i) > 1})


def outside(source):
    """All that would make a browser fetch or run something."""
    page = Page(source)
    loads = [
        tag for tag in page.names() if tag in {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    ]
    loads += [attrs["href"] for _, attrs in page.tags if not attrs.get("href", "#").startswith("#")]
    loads += [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name in {"src", "srcset"}]
    css = "".join(re.findall(r"<style>(.*?)</style>", source, re.DOTALL))
    return loads + re.findall(r"url\(|@import|@font-face", css) + re.findall(r"https?://", source)


def test_every_link_has_its_target_and_ids_are_unique(source, hostile_source):
    assert dangling(source) == ([], [])
    assert dangling(hostile_source) == ([], [])
    assert len(Page(source).all("href")) > 30


def test_the_link_check_sees_a_dead_link_and_a_double_id(source):
    broken = source.replace("</main>", '<a href="#nowhere">x</a><p id="main"></p></main>')
    assert dangling(broken) == (["nowhere"], ["main"])


def test_claims_of_one_name_still_get_anchors_of_their_own(run):
    twice = dataclasses.replace(run, claims=(run.claims[0], run.claims[0]))
    assert dangling(html.render(twice)) == ([], [])


def test_nothing_is_loaded_or_run(source, hostile_source):
    assert outside(source) == []
    assert outside(hostile_source) == []


def test_the_outside_check_sees_what_would_be_loaded(source):
    for bad in ("<script>1</script>", '<img src="x">', '<a href="http://a.b">', "<style>a{background:url(x)}</style>"):
        assert outside(source.replace("</main>", bad + "</main>"))


def test_hostile_text_is_shown_as_text(hostile_source):
    page = Page(hostile_source)
    assert page.names() & {"script", "img"} == set()
    assert page.text.count("</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;{{ 7*7 }}") > 20
    assert "<script>alert(3)</script>" in page.text  # from inside \text{} of a formula
    assert re.search("[\x00\x1b\u202e\ud800]", hostile_source) is None
    assert "<bdi>&lt;/script&gt;" in hostile_source


def test_elements_are_closed_in_order(source, hostile_source):
    for text in (source, hostile_source):
        page = Page(text)
        assert (page.open, page.misnested) == ([], [])


def test_the_same_evidence_gives_the_same_bytes(run, source, monkeypatch):
    assert html.render(run) == source
    assert "14 November 2023" in source
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert "1 January 1970" in html.render(run)


def test_a_damaged_date_is_today_and_not_an_error(run, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert re.search(r"\d+ \w+ 20\d\d", html.render(run))


def test_the_front_page_counts_what_is_there(run, source):
    assert "Of 7 claims, 2 are PROVED, 1 CERTIFIED, 1 TESTED, 1 REFUTED, 1 UNDECIDED and 1 NOT RUN." in source
    assert all(verdict.means in Page(source).text for verdict in Verdict)
    fewer = html.render(dataclasses.replace(run, claims=run.claims[:2]))
    assert "Of 2 claims, 2 are PROVED." in fewer


def test_a_claim_shows_its_argument(source):
    text = " ".join(Page(source).text.split())
    for expected in (
        "for all n ≥ 1; a ∈ ℝⁿ; i, j ∈ {1, …, n}",
        "The hypotheses can be met: n = 2, a = (0, 1/2), i = 1, j = 2.",
        "split the fraction normal form",
        "Case i ≠ j",
        "2 of 3 wrong twins refuted; 1 equivalent to the claim",
        "Off the diagonal the δ is 0, so the factor 1 − Sⱼ should be −Sⱼ.",
        "lemmata verify softmax.jacobian --method balls",
        "300 inputs · seed 7 · rests on NumPy, Arb",
        "entropy.js_symmetric_kl is refuted.",
        "rocq is not installed",
    ):
        assert expected in text
    assert '<bdi>python-flint</bdi></th><td role="cell"><bdi>0.9.0</bdi>' in source
    assert '<a class="id" href="#definition.softmax.softmax">' in source
    assert '<a class="id" href="#claim.softmax.sums_to_one">' in source


def test_each_step_has_its_mark(run, source):
    assert source.count('<li class="step proved">') == 4
    claim = run.claims[0]
    step = dataclasses.replace(claim.proofs[0].steps[1], verdict=Verdict.REFUTED, detail="false at n = 2")
    proof = dataclasses.replace(claim.proofs[0], steps=(claim.proofs[0].steps[0], step), verdict=Verdict.REFUTED)
    page = html.render(dataclasses.replace(run, claims=(dataclasses.replace(claim, proofs=(proof,)),)))
    assert page.count('<li class="step proved">') == page.count('<li class="step refuted">') == 1
    assert "false at n = 2" in page and "∎" in source and "∎" not in page


def test_what_stands_or_falls_with_a_trusted_thing(source):
    """normal_form rests on SymPy too, derivation does not: the claim falls with the normal form alone."""
    rows = re.findall(r'<tr role="row"><th scope="row" role="rowheader"><bdi>(.*?)</bdi></th>(.*?)</tr>', source, re.S)
    told = {name: re.findall(r"claim\.([a-z_.]+)", row) for name, row in rows}
    assert told["lemmata normal form"] == ["softmax.jacobian", "softmax.sums_to_one"]
    assert told["SymPy core"] == told["NumPy"] == []


def test_an_erratum_that_is_not_refuted_is_not_called_wrong(run):
    claim = run.claims[0]
    printed = dataclasses.replace(claim.printed[0], standing=Verdict.UNDECIDED, evidence=(), wrong="")
    page = html.render(dataclasses.replace(run, claims=(dataclasses.replace(claim, printed=(printed,)),)))
    assert "Listed as an erratum, but not refuted" in page
    assert "To look at first" in page


def test_an_interrupted_run_says_so(hostile_source, source):
    assert "Interrupted." in hostile_source and "Interrupted." not in source


def test_a_run_of_nothing_is_a_page_too(run):
    page = html.render(dataclasses.replace(run, claims=(), definitions=(), problems=(), environment={}))
    assert "No claim was selected, so nothing was verified." in page
    assert dangling(page) == ([], [])


def test_damaged_latex_is_shown_as_its_source(run):
    damaged = Formula(r"\frac{<i>}{ \left(", "?")
    claim = dataclasses.replace(run.claims[1], statement=damaged)
    page = html.render(dataclasses.replace(run, claims=(claim,)))
    assert '<code class="tex">\\frac{&lt;i&gt;}{ \\left(</code>' in page


def headings(source):
    return [int(tag[1]) for tag, _ in Page(source).tags if re.fullmatch("h[1-6]", tag)]


def test_the_page_has_landmarks_and_its_headings_skip_no_level(source):
    assert {"header", "nav", "main", "footer"} <= Page(source).names()
    levels = headings(source)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_tables_have_captions_and_scopes(source):
    page = Page(source)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 5
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_by_the_book():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < 4.5 < contrast("#767676", "#ffffff")


def test_every_text_colour_can_be_read_on_every_paper():
    css = (Path(lemmata.reports.html.__file__).parent / "templates" / "styles.css").read_text(encoding="utf-8")
    light, dark, *_ = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{.*?\}", css, re.S)
    ]
    hues = ["proved", "certified", "tested", "refuted", "undecided", "not-run"]
    for palette in (light, dark):
        pairs = [
            (ink, paper) for ink in ("ink", "quiet", "link", "refuted", "undecided") for paper in ("paper", "panel")
        ]
        pairs += [(hue, f"{hue}-paper") for hue in hues] + [(hue, "paper") for hue in hues]
        faint = [pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5]
        assert faint == []
