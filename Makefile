# The project's verbs; `make` alone lists them. Python 3.11+, make and git are enough: everything lives in .venv.
#
#   PYTHON=python3.12    the interpreter .venv is made with
#   ARGS="-k clock"      handed on to what the verb runs
#   WORKERS=1            test processes side by side
#   WEEKS=200 FROM=1     how many weeks `make simulate` lives through, and the seed of the first

PYTHON ?=
ARGS ?=
WORKERS ?= 6
WEEKS ?= 20
FROM ?= 1
BIN := .venv/bin
PYTEST = $(BIN)/python -m pytest --numprocesses=$(WORKERS) --maxprocesses=8 --dist=loadfile --no-loadscope-reorder
# Into the tree's own lock only; no index address may stand in it.
COMPILE = $(BIN)/python -m uv pip compile pyproject.toml --quiet --universal --python-version=3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header

# What runs here talks to itself over the loopback, with which no proxy has to do.
export NO_PROXY := $(NO_PROXY),127.0.0.1
export no_proxy := $(no_proxy),127.0.0.1
# Many processes run here; each would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo screenshots test lint format types check bench proof simulate lock wheel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## make .venv ready; every verb does it by itself
	@sh .ci/setup "$(PYTHON)"

demo: setup ## see it work, without a Slack account
	@$(BIN)/rung demo $(ARGS)

screenshots: setup ## draw the README's pictures from the demo's page; needs Chromium
	$(BIN)/python docs/pictures/take_pictures.py $(ARGS)

test: setup ## lint, types and every test but the long ones
	@# Meanwhile the tests are compiled once: in a fresh clone each of the processes below would do it for itself.
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 & $(MAKE) --no-print-directory check; \
		checked=$$?; wait; exit $$checked
	$(PYTEST) -m "not proof" $(ARGS)

proof: setup ## the tests that are too long for every day
	$(PYTEST) -m proof $(ARGS)

lint: setup ## find faults and bad shape
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## check the types
	$(BIN)/mypy

check: lint types ## lint and types

format: setup ## bring the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup ## measure; the figures are ratios, taken side by side
	@for file in benchmarks/bench_*.py; do $(BIN)/python "$$file" $(ARGS) || exit; done

simulate: setup ## weeks of Rung under virtual time and faults; the seed says which
	$(BIN)/python -m tests.simulation --weeks=$(WEEKS) --from=$(FROM) $(ARGS)

lock: ## pin every dependency anew, with hashes, from pyproject.toml
	@[ -x $(BIN)/python ] || sh .ci/setup "$(PYTHON)"
	$(COMPILE) --output-file=requirements.lock $(ARGS)
	$(COMPILE) --group=dev --constraint=requirements.lock --output-file=requirements-dev.lock $(ARGS)

wheel: setup ## build dist/rung-*.whl
	$(BIN)/python -m hatchling build --target wheel

clean: ## remove what can be made again; .env, rung.toml and databases stay
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
