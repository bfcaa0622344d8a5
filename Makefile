# Everything runs in the environment .venv, made on first use from requirements.lock and remade when that or pyproject.toml changes.
# Options for a command go in ARGS:  make run ARGS="--replications 3"    make test ARGS="-k calendar"

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test long lint lock baselines docs validate calibrate clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(READY) ## run the West Midlands scenario into runs/west_midlands
	$(BIN)/jobcentre run scenarios/west_midlands.yaml --out runs/west_midlands $(ARGS)

# A file's tests share costly runs, so they stay on one worker.
test: $(READY) ## run the tests on two cores, but for the long ones
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" $(ARGS)

long: $(READY) ## run the long tests: killing at random moments, a hundred searches, a cluster
	$(BIN)/python -m pytest -m long tests $(ARGS)

lint: $(READY) ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Keeps the pins it can; `make lock ARGS=--upgrade` moves to the newest releases. The file must name no host.
lock: $(READY) ## pin every dependency, with hashes, in requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	    --extra dev --quiet $(ARGS) pyproject.toml -o requirements.lock
	@if grep -nE '://|^--' requirements.lock; then echo "requirements.lock names an address (above): unset your index settings" >&2; exit 1; fi

baselines: $(READY) ## write the back tests' stored results anew
	$(BIN)/python -m tests.back.baselines $(ARGS)

docs: $(READY) ## write the reference pages, the logs, the outputs shown in the pages and the figure of Kickstart anew
	$(BIN)/python docs/make_reference.py
	$(BIN)/python -m docs.make_kickstart_figure
	$(BIN)/python docs/make_quality.py
	$(BIN)/python -m tests.functional.blocks

validate: $(READY) ## run all the evidence and write docs/validation.md
	$(BIN)/python -m tests.validation $(ARGS)

calibrate: $(READY) ## fit great_britain.yaml to 2020 and write it down
	$(BIN)/python scenarios/calibrate_great_britain.py

clean: ## remove the environment, caches and builds (results in runs/ stay)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sim tests benchmarks notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# An environment that works is kept and brought up to date; one that is broken or too old is made anew.
$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or later is needed, and '$(PYTHON)' is not that: try  make PYTHON=python3.12 ..." >&2; exit 1; }
	@if command -v uv >/dev/null; then \
	    echo "Setting up $(VENV) with uv"; set -e; \
	    $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || uv venv --quiet --clear --python "$(PYTHON)" $(VENV); \
	    uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	    uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
	else \
	    $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	        echo "Python's venv module is missing: on Debian or Ubuntu  sudo apt install python3-venv  (elsewhere: install uv)" >&2; exit 1; }; \
	    echo "Setting up $(VENV) with pip, which takes a minute or two"; set -e; \
	    $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV); \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@touch $@
