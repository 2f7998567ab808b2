# Everything one does with this repository, as verbs. Needs make and Python 3.11 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
# Modules are compiled once, and not again by each of the hundreds of processes of the tests.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input
JOBS ?=# test processes; none: as many as two cores keep busy
RING ?=# tests of a ring and the rings above it: make test RING=services
ARGS ?=# more arguments for the verb: make test ARGS="tests/domain -x"

# The first Python on the path that is new enough. Where that one was built without optimizations,
# as pyenv does, the system's own is taken if it will do: all takes half as long again without them.
# PYTHON=... chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
WILL_DO := import sys, sysconfig, ensurepip, venv; \
	as_built = str(sysconfig.get_config_var("CONFIG_ARGS")); \
	sys.exit(sys.version_info < (3, 11) \
		or not (sys.executable.startswith("/usr/bin/") or "--enable-optimizations" in as_built))
PYTHON ?= $(shell for p in python3 /usr/bin/python3; do \
	$$p -c '$(WILL_DO)' 2>/dev/null && echo $$p && exit; done; \
	for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)

.PHONY: help install setup demo serve browser test test-all check format bench mutants lock clean

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/installed ## make .venv with the royalties command, for those who use it
	@:

setup: $(VENV)/installed-tools ## the same with the tools of those who change it
	@:

demo: install ## a small publisher's year, from reports to statements
	$(BIN)/royalties demo $(ARGS)

serve: install ## the web application on the demo's books, and who can sign in
	@$(BIN)/royalties imports > /dev/null 2>&1 || $(BIN)/royalties demo > /dev/null
	$(BIN)/royalties serve --demo $(ARGS)

# The browser that tests look at every page with; CHROMIUM=... names another one. Where it can
# neither be found nor installed, every day's tests go on without it.
WITHOUT_BROWSER := 1# the exit code
test: WITHOUT_BROWSER := 0
browser: ## Chromium for the tests: the one that is there, else Debian's is installed
	@export CHROMIUM="$(CHROMIUM)"; \
	if $(PYTHON) tests/browser/chromium.py > /dev/null; then exit 0; fi; \
	if [ -n "$$CHROMIUM" ]; then \
		echo "$$CHROMIUM shows no page: name another one"; exit $(WITHOUT_BROWSER); fi; \
	as_root=""; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if ! command -v apt-get > /dev/null || ! $$as_root true 2> /dev/null; then \
		echo "Tests of pages need Chromium: install it (Debian: apt install chromium," \
			"macOS: brew install chromium), or name it: make test CHROMIUM=..."; \
		exit $(WITHOUT_BROWSER); fi; \
	echo "Installing Chromium for the tests of pages"; \
	$$as_root apt-get update -qq; \
	for package in chromium-headless-shell chromium; do \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends \
			$$package > /dev/null 2>&1 && $(PYTHON) tests/browser/chromium.py > /dev/null && exit 0; \
	done; echo "Chromium could not be installed: install it, and name it: make test CHROMIUM=..."; \
	exit $(WITHOUT_BROWSER)

PYTEST = $(BIN)/python -m pytest -n $(or $(JOBS),2) --dist worksteal $(if $(RING),--ring $(RING))

test: setup browser ## what a change can break, in minutes; RING=web: of a ring and those above
	$(PYTEST) $(ARGS)

# Every day a third of the time is spent waiting, for browsers, locks and processes: three share
# what two cores leave. All tests at once take more memory, and are less in a hurry.
test: JOBS := $(or $(JOBS),3)

test-all: setup browser ## the whole test suite: on both engines, with all values and pictures
	$(PYTEST) --effort all $(ARGS)

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
	$(BIN)/mutmut run --max-children $(or $(JOBS),2) $(ARGS)

# Keeps the versions already locked unless asked: make lock ARGS=--upgrade
LOCK := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-strip-extras
lock: setup ## write requirements/*.txt anew from pyproject.toml
	$(LOCK) $(ARGS) pyproject.toml -o requirements/base.txt
	$(LOCK) $(ARGS) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt
	$(LOCK) $(ARGS) pyproject.toml --group bench -c requirements/dev.txt -o requirements/bench.txt
	$(LOCK) $(ARGS) pyproject.toml --group mutants -c requirements/dev.txt -o requirements/mutants.txt
	printf '%s\n' uv hatchling editables | $(LOCK) - -c requirements/dev.txt -o requirements/install.txt

clean: ## remove all that these verbs made
	rm -rf $(VENV) build dist htmlcov mutants .coverage .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache tests/artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs in seconds what takes pip a minute. Where uv cannot reach the index that pip is
# configured for, pip does it.
define install
	$(BIN)/uv pip install --system-certs --python $(BIN)/python --require-hashes -r $(1) \
		|| $(PIP) --require-hashes -r $(1)
endef

$(VENV)/installed: $(VENV)/made requirements/base.txt pyproject.toml
	@echo "Installing what the program needs into $(VENV) (about 250 MB)"
	$(call install,requirements/base.txt)
	$(PIP) --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Ready: $(BIN)/royalties --help"

$(VENV)/installed-tools: $(VENV)/installed requirements/dev.txt
	@echo "Installing the tools of development into $(VENV) (about 400 MB)"
	$(call install,requirements/dev.txt)
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed-tools requirements/bench.txt
	$(call install,requirements/bench.txt)
	@touch $@

$(VENV)/installed-mutants: $(VENV)/installed-tools requirements/mutants.txt
	$(call install,requirements/mutants.txt)
	@touch $@

$(VENV)/made: requirements/install.txt
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c '$(NEW_ENOUGH)'; then \
		echo "Python 3.11 or newer is needed: install it, or name it: make install PYTHON=..."; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv'; then \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt install python3-venv"; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	@echo "Installing what installs the rest"
	$(PIP) --quiet --require-hashes -r requirements/install.txt
	@touch $@
