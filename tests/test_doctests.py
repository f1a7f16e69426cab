"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib

import layout
import pytest

MODULES = layout.modules()


def outcome(module) -> doctest.TestResults:
    return doctest.testmod(module, optionflags=doctest.ELLIPSIS)


def test_modules_are_found():
    assert "lemmata.checks.evidence" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert outcome(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ["guards", "layout"])
def test_examples_of_the_tests_own_tools(name):
    assert outcome(importlib.import_module(name)).failed == 0


def test_a_wrong_example_is_seen(capsys):
    module = type(importlib)("sample", ">>> 1 + 1\n3\n")
    assert outcome(module).failed == 1
    assert "Expected:\n    3\nGot:\n    2" in capsys.readouterr().out


def test_examples_are_run_at_all():
    assert outcome(importlib.import_module("lemmata.checks.evidence")).attempted > 0
