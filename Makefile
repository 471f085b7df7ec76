# Two commands do everything on a fresh machine that has Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A file of tests stays with one process, so that what it sets up is set up once; what takes longest begins first. Tests wait
# for processes and pages a third of their time, so three share two cores.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-tools check types tests lock bench soak format clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)  ## create .venv with pinned dependencies and the `tally` command

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tallystick needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup  ## start Financials, the Sales sandbox and a worker, connected and synchronised
	$(BIN)/tally demo

test-tools:  ## install Chromium and PostgreSQL when they are missing (browser and database tests use the real ones)
	sh tests/install-tools.sh

test: setup test-tools check  ## everything that proves it

check: setup test-tools  ## what a commit must pass
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory --jobs 2 types tests

types: setup  ## the type checker alone
	$(BIN)/mypy

tests: setup  ## the tests alone
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

format: setup  ## put the code into house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup  ## measure speed and memory next to their bounds
	$(BIN)/python -m bench

soak: setup  ## the long runs: more examples, more kills
	HYPOTHESIS_PROFILE=soak TALLY_SOAK=1 $(BIN)/python -m pytest $(SIDE_BY_SIDE)

lock: setup  ## pin the dependencies again, with hashes and without addresses
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header --extra dev --output-file requirements/dev.txt pyproject.toml

clean:  ## remove what the targets made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
