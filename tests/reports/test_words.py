"""Sentences that are counted from records."""

import dataclasses

from lemmata.checks.evidence import Verdict
from lemmata.reports import words


def test_the_sentences_of_a_run(run):
    assert words.verified(run) == (
        "Of 7 claims, 2 are PROVED, 1 CERTIFIED, 1 TESTED, 1 REFUTED, 1 UNDECIDED and 1 NOT RUN.",
        "Of 2 formulas as lectures print them, 1 stands as printed and 1 is refuted.",
        "2 of 4 deliberately wrong variants are refuted.",
        "2 of 3 comparisons with code agree.",
    )


def test_open_readings_are_not_passed_over(run):
    claim = run.claims[0]
    printed = (dataclasses.replace(claim.printed[0], standing=Verdict.UNDECIDED),)
    said = words.verified(dataclasses.replace(run, claims=(dataclasses.replace(claim, printed=printed),)))
    assert said[1].endswith("0 stand as printed, 0 are refuted and 1 is not settled.")


def test_nothing_selected_is_nothing_verified(run):
    assert words.verified(dataclasses.replace(run, claims=())) == ("No claim was selected, so nothing was verified.",)


def test_methods_that_decided(run):
    decided = {claim.id: words.decided_by(claim) for claim in run.claims}
    assert decided["softmax.jacobian"] == ("normal_form", "derivation")  # not balls, which only tested it
    assert decided["entropy.upper_bound"] == ("balls",)
    assert decided["optim.adam_bias"] == ("induction",)  # proved, then capped by a surviving twin
    assert decided["optim.nesterov"] == ()


def test_what_needs_attention(run):
    names = [claim.id for claim in words.needs_attention(run.claims)]
    assert names == [claim.id for claim in run.claims[2:]]
    unexpected = dataclasses.replace(run.claims[1], expected=False)
    assert words.needs_attention([run.claims[1], unexpected]) == (unexpected,)


def test_long_inputs_are_cut_and_say_so():
    assert words.value(list(range(100))).endswith("63, … 36 more)")
    assert words.value([]) == "()" and words.value(["1/2"]) == "(1/2,)"


def test_the_twins_of_a_claim(run):
    assert words.twins_sentence(run.claims[0]) == "2 of 3 wrong twins refuted; 1 equivalent to the claim"
    assert (
        words.twins_sentence(run.claims[4])
        == "0 of 1 wrong twins refuted; 1 surviving, which caps the standing at TESTED"
    )
    assert words.twins_sentence(run.claims[1]) == ""
