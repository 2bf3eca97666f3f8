# make demo · make test · make prove · make lint: each does all the set-up it needs, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The tests start some hundred processes: without bytecode each would compile all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test prove lint format bench chaos mutants lock docs clean

demo: $(VENV)/.ready
	$(BIN)/lgo-sandbox demo

# By file: what the tests of a file share is made once.
test: $(VENV)/.ready-dev
	$(BIN)/pytest -n auto --dist loadfile tests/unit tests/wire

# From outside: other people's clients, browsers, whole days, the documentation as written, kills.
prove: $(VENV)/.ready-dev
	$(BIN)/pytest -n auto --dist worksteal tests/contract tests/journeys

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev
	$(BIN)/python bench/run.py
	$(BIN)/python bench/insi.py
	$(BIN)/python bench/psc.py
	$(BIN)/python bench/documents.py --write

# Kills, locks, cuts, stalls and stuffs a sandbox while clients work; nothing acknowledged may be lost. SEED=7 ROUNDS=40
SEED ?= 1
ROUNDS ?= 40

chaos: $(VENV)/.ready-dev
	cd tests && $(CURDIR)/$(BIN)/python -m support.chaos --seed $(SEED) --rounds $(ROUNDS)

SERVICES := insi dmp mss psc eprescription apcv dp

# Renames each member of each fact (mypy must notice), then never notes each fact (a test must notice). Takes minutes.
mutants: $(VENV)/.ready-dev
	cd tests && PATH="$(CURDIR)/$(BIN):$$PATH" $(CURDIR)/$(BIN)/python -m support.fact_mutants rename $(SERVICES:=_mock)
	cd tests && for s in $(SERVICES); do \
		$(CURDIR)/$(BIN)/python -m support.fact_mutants drop $${s}_mock tests/unit/$${s}_mock $$(cd .. && ls -d tests/wire/$${s} tests/wire/test_$${s}*.py 2>/dev/null) || exit; done

# Writes the lock files again from pyproject.toml, for all platforms.
lock: $(VENV)/.ready-dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --upgrade \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --upgrade \
		--extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

# Writes the generated pages again: the people, the tables of the services.
docs: $(VENV)/.ready
	$(BIN)/python -m lgo_sandbox.population.sheets > docs/fr/personnes.md
	$(BIN)/python -m lgo_sandbox.conformance.service_tables docs/services
	$(BIN)/python -m eprescription_mock.diagram docs/services/eprescription.md

clean:
	rm -rf $(VENV) .lgo-sandbox build dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.ready-dev: $(VENV)/bin/python pyproject.toml requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@ $(VENV)/.ready
