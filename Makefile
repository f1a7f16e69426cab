# Needs Python 3.11 or newer and make; everything else goes into .venv.

PYTHON ?= python3
WORKERS ?= auto

BIN := .venv/bin
# Names this state of the two files in this folder: what was set up for another state, or elsewhere, is set up again.
READY := .venv/ready-$(shell { cat pyproject.toml constraints.txt; pwd; } | cksum | cut -d ' ' -f 1)
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
INSTALL := $(BIN)/python -m pip install --no-input --disable-pip-version-check --constraint constraints.txt
FOLDERS := spec impl checks reports cli

.PHONY: help setup report test slow corpus bench check format clean

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1 - \2/p' Makefile

setup: $(READY) ## install into .venv all that the others need; they do it themselves

report: $(READY) ## verify the catalogue, print it and write reports/out/lemmata.html
	@$(BIN)/lemmata report

test: $(READY) ## run the tests
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8

slow: $(READY) ## run the tests that `make test` leaves out for their length
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 -m slow

corpus: $(READY) ## audit every target of the corpus and print the table (10 minutes on two cores)
	@$(BIN)/python -m tests.audit.corpus_audit

bench: $(READY) ## measure side by side and write docs/benchmarks.md (12 minutes on a quiet machine)
	@$(BIN)/python benchmarks/speed/bench.py

check: $(READY) .links/lemmata ## format, lint and types; changes nothing
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/basedpyright

format: $(READY) ## put the source into its standard form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

clean: ## remove what building, testing and reporting leave behind; .venv stays
	@rm -rf build dist .links .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* *.egg-info reports/out
	@find $(FOLDERS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY):
	@command -v $(PYTHON) >/dev/null || { echo 'lemmata needs Python 3.11 or newer, and there is no $(PYTHON) here:' \
	  'name one, as in make PYTHON=/path/to/python3.' >&2; exit 1; }
	@$(PYTHON) $(NEW_ENOUGH) || { echo "lemmata needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1):" \
	  'name a newer one, as in make PYTHON=python3.12.' >&2; exit 1; }
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; \
	then echo 'Setting up .venv (1/3): keeping the virtual environment that is there'; \
	else echo 'Setting up .venv (1/3): creating the virtual environment'; $(PYTHON) -m venv .venv; fi
	@$(BIN)/python $(NEW_ENOUGH) || { echo "lemmata needs Python 3.11 or newer, and .venv has $$($(BIN)/python -V 2>&1):" \
	  'remove .venv and make again.' >&2; exit 1; }
	@echo 'Setting up .venv (2/3): installing PyTorch, the largest download; one that is already there is kept'
	@$(INSTALL) torch
	@echo 'Setting up .venv (3/3): installing the other packages and lemmata itself'
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation --editable '.[torch,dev]'
	@rm -f .venv/ready-*
	@touch $@
	@echo 'Setting up .venv: done'

.links/lemmata:
	@mkdir -p $@
	@for folder in $(FOLDERS); do ln -sfn ../../$$folder $@/$$folder; done
