# Everything a newcomer needs: `make demo` to see it, `make test` to trust it.
# Only Python 3.11 or newer is asked for; all else lands in .venv.

PYTHON ?= python3
RECORDING ?= ../shared/data/leaders
ARGS ?=
# Tests mostly wait for servers and clocks, so even two cores do two at a time.
SHARED_OUT := --numprocesses auto --maxprocesses 4 --no-loadscope-reorder

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
# The lock constrains, so the demo installs no development tool and still only pinned versions.
INSTALL := $(PIP) install --constraint requirements.lock --editable

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt bench drill replay lock clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: .venv/.installed ## Run everything on this machine: servers, simulator, workers, live view
	@exec $(BIN)/lt demo $(ARGS)

test: .venv/.installed-dev ## Run the tests against real, embedded servers
	@exec $(BIN)/pytest $(SHARED_OUT) $(ARGS)

check: .venv/.installed-dev ## Check format, lint, types and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/.installed-dev ## Format the source and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.installed ## Measure latency and throughput on this machine
	@exec $(BIN)/lt bench $(ARGS)

drill: .venv/.installed ## Break the running system on purpose for two minutes, then compare with the venue
	@exec $(BIN)/lt drill --signals 240 --rate 8 --kills 8 --first-check 0.2 $(ARGS)

replay: .venv/.installed ## Replay the recorded trades in RECORDING through the whole system
	@exec $(BIN)/lt replay $(RECORDING) $(ARGS)

lock: ## Write requirements.lock anew from a clean installation
	@set -eu; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m venv "$$folder"; \
	"$$folder/bin/pip" --quiet install '.[dev]'; \
	"$$folder/bin/pip" freeze --exclude ltsys | LC_ALL=C sort -f > requirements.lock

clean: ## Remove .venv and every cache; data folders stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find ltsys workers migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "$(PYTHON) was not found; ltsys needs Python 3.11 or newer (make PYTHON=/path/to/python3)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old; ltsys needs 3.11 or newer (make PYTHON=/path/to/python3.11)" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

.venv/.installed: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing ltsys into .venv (about a minute, once)"
	@$(INSTALL) .
	@touch $@

.venv/.installed-dev: pyproject.toml requirements.lock | .venv/bin/python
	@echo "Installing ltsys and its development tools into .venv (about a minute, once)"
	@$(INSTALL) '.[dev]'
	@touch $@ .venv/.installed
