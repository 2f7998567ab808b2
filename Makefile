# Everything one does with this repository, as verbs. Needs git, make and Python 3.11 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
JOBS ?= 2# test processes
ARGS ?=# more arguments for the verb: make test ARGS="tests/domain -x"

# The first Python on the path that is new enough; PYTHON=... chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)

.PHONY: help setup demo serve browser test check format bench mutants lock clean

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/installed ## make .venv with the royalties command and all tools
	@:

demo: setup ## a small publisher's year, from reports to statements
	$(BIN)/royalties demo $(ARGS)

serve: setup ## the web application on the demo's books, and who can sign in
	@$(BIN)/royalties imports > /dev/null 2>&1 || $(BIN)/royalties demo > /dev/null
	$(BIN)/royalties serve --demo $(ARGS)

# The browser that tests look at every page with; CHROMIUM=... names another one.
browser: ## Chromium for the tests: the one that is there, else Debian's is installed
	@for each in "$(CHROMIUM)" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome; do \
		if [ -n "$$each" ] && command -v "$$each" > /dev/null; then exit 0; fi; \
	done; \
	as_root=""; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if ! command -v apt-get > /dev/null || ! $$as_root true 2> /dev/null; then \
		echo "Tests of pages need Chromium: install it (Debian: apt install chromium," \
			"macOS: brew install chromium), or name it: make test CHROMIUM=..."; exit 1; fi; \
	echo "Installing Chromium for the tests of pages"; \
	$$as_root apt-get update -qq; \
	for each in chromium-headless-shell chromium; do \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends \
			$$each > /dev/null 2>&1 && exit 0; \
	done; echo "Chromium could not be installed: install it, and name it: make test CHROMIUM=..."; exit 1

test: setup browser ## the whole test suite, SQLite and PostgreSQL
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: setup ## style, types, import rules and dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry . --no-ansi

format: setup ## mend what can be mended of style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup $(VENV)/installed-bench ## measure, and compare with what was promised
	$(BIN)/python -m bench $(ARGS)

# Hours; a part of it: make mutants ARGS="royalties.domain.money*"; then: .venv/bin/mutmut results
mutants: setup $(VENV)/installed-mutants ## change the money core line by line, and see whether tests notice
	HYPOTHESIS_PROFILE=ci $(BIN)/mutmut run --max-children $(JOBS) $(ARGS)

# Keeps the versions already locked unless asked: make lock ARGS=--upgrade
LOCK := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-strip-extras
lock: setup ## write requirements/*.txt anew from pyproject.toml
	$(LOCK) $(ARGS) pyproject.toml -o requirements/base.txt
	$(LOCK) $(ARGS) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt
	$(LOCK) $(ARGS) pyproject.toml --group bench -c requirements/dev.txt -o requirements/bench.txt
	$(LOCK) $(ARGS) pyproject.toml --group mutants -c requirements/dev.txt -o requirements/mutants.txt
	echo uv | $(LOCK) - -c requirements/dev.txt -o requirements/uv.txt

clean: ## remove all that these verbs made
	rm -rf $(VENV) build dist htmlcov mutants .coverage .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache tests/artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs in seconds what takes pip a minute. Where uv cannot reach the index that pip is
# configured for, pip does it.
define install
	$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes -r $(1) \
		|| $(PIP) --require-hashes -r $(1)
endef

$(VENV)/installed: $(VENV)/made requirements/dev.txt pyproject.toml
	$(call install,requirements/dev.txt)
	$(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Ready: $(BIN)/royalties --help"

$(VENV)/installed-bench: $(VENV)/installed requirements/bench.txt
	$(call install,requirements/bench.txt)
	@touch $@

$(VENV)/installed-mutants: $(VENV)/installed requirements/mutants.txt
	$(call install,requirements/mutants.txt)
	@touch $@

$(VENV)/made: requirements/uv.txt
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c '$(NEW_ENOUGH)'; then \
		echo "Python 3.11 or newer is needed: install it, or name it: make setup PYTHON=..."; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv'; then \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt install python3-venv"; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/uv.txt
	@touch $@
