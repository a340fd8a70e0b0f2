# Two commands are enough: `make run` and `make test`. `make help` lists the rest.
# Needs: a POSIX sh, Python 3.11 or newer, and a package index that pip reaches.

SHELL := /bin/sh
.DEFAULT_GOAL := help
export PYTHON MAKECMDGOALS

# Extra words for the command behind a target: make test ARGS="-k sweep -x"
ARGS ?=
BIN := .venv/bin

.PHONY: help run test lint format catalogues bench lock clean run-env dev-env

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: run-env ## The demo on http://127.0.0.1:8080; makes the environment first (ARGS="--port 9000")
	@$(BIN)/atagande demo $(ARGS)

test: dev-env ## Everything the tests need, then all tests (ARGS="-k sweep" for some)
	@sh tools/system-packages
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: dev-env ## Style, types, import arrows, message catalogues, migrations, the tree
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy conftest.py tools tests/support
	$(BIN)/lint-imports
	$(BIN)/python tools/catalogues.py check
	$(BIN)/python tools/check_tree.py
	sh tools/check-migrations

format: dev-env ## Rewrites the Python files in the house's form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

catalogues: dev-env ## Collects the texts for people and compiles the translations
	$(BIN)/python tools/catalogues.py update

bench: dev-env ## The measurements of benchmarks/ (ARGS="--help" for what can be chosen)
	@if [ -f benchmarks/__main__.py ]; then \
		$(BIN)/python -m benchmarks $(ARGS); \
	else \
		echo "benchmarks/ holds nothing to run yet"; \
	fi

lock: ## Resolves pyproject.toml into requirements/*.lock again (ARGS=--upgrade for newer versions)
	@sh tools/lock $(ARGS)

clean: ## Removes the environment and every cache; the demo's data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-env:
	@sh tools/environment run

dev-env:
	@sh tools/environment dev
