# The gestures of every day. `make` alone shows them.
.DEFAULT_GOAL := help
.PHONY: help run test e2e lint fix check messages lock

BIN := .venv/bin
# Arguments for what is run: make test ARGS="tests/atlas -x"
ARGS ?=

help: ## this list
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/' | expand -t 18

run: ## start the portal on http://localhost:8000/ (Ctrl-C stops it)
	python3 run.py $(ARGS)

test: ## tests without a browser, two at a time
	python3 run.py test -n 2 -m "not e2e" $(ARGS)

e2e: ## tests in a browser (Debian package: chromium)
	python3 run.py test -n 2 --dist loadfile -m e2e $(ARGS)

lint: $(BIN)/ruff ## faults of code, templates, import contracts, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports --no-cache
	python3 run.py manage makemigrations --check --dry-run

fix: $(BIN)/ruff ## mend and lay out what can be by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: ## everything that must hold before a change lands (about a quarter of an hour)
	bash .ci/run </dev/null

messages: ## collect the texts to translate into locale/en, then compile them (Debian package: gettext)
	mkdir -p locale
	python3 run.py manage makemessages --locale en --no-wrap --ignore 'tests/*' --ignore 'var/*' --ignore '.venv/*'
	python3 run.py manage compilemessages --locale en --ignore '.venv/*'

LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(ARGS)

lock: $(BIN)/ruff ## pin every package again; the newest versions: make lock ARGS=--upgrade
	$(LOCK) --group embedded --group dev --output-file requirements-dev.lock
	$(LOCK) --group embedded --constraint requirements-dev.lock --output-file requirements.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements-prod.lock

# The tools come with the packages of development.
$(BIN)/ruff:
	python3 run.py test --version
