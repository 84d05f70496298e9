# Everything starts here, from a machine with Python 3.11 and make:
#   make demo     set up, fetch the model, open the app and start composing
#   make test     set up, lint and pass every test
# Extra arguments go through ARGS: make demo ARGS="--task polarity", make test ARGS="-k snippets".

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Wheels only: building a dependency from source would fetch build tools that no hash vouches for.
INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --only-binary :all:
LOG := $(VENV)/setup.log
# Keeps pip's chatter out of sight, and shows all of it when the step fails.
QUIETLY := >$(LOG) 2>&1 || { cat $(LOG) >&2; exit 1; }
# The wheels bring every library they need but OpenMP's, which a bare Debian does not have.
LOADS_MODELS := $(BIN)/python -c "import xllamacpp"
# Playwright's own driver needs libatomic, which a bare Debian does not have either.
DRIVES_CHROMIUM := $(BIN)/python tests/browser/chromium.py && $(BIN)/playwright --version
# Debian keeps the server's programs out of the path.
HAS_POSTGRES := $(BIN)/python tests/postgres.py
AUDIT := $(BIN)/python tests/audit.py
# The tool that writes the lock, and the models that the tests run.
UV := uv==0.13.9
TEST_MODELS := qwen2.5-coder-0.5b smollm2-135m

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test soak audit check lint format browser promptfoo postgres model datasets lock clean

help:
	@echo "make demo    set up, fetch the model, open the app and start composing (ARGS: of composer demo)"
	@echo "make test    set up, lint and run every test (ARGS: of pytest)"
	@echo "make soak    set up and run the tests that take minutes: 15 in all (ARGS: of pytest)"
	@echo "make audit   look dependencies up among known vulnerabilities, where those can be reached"
	@echo "make setup   set up alone; leaves $(BIN)/composer"
	@echo "make check   lint alone: ruff, mypy, import-linter"
	@echo "make format  let ruff rewrite the files as make check wants them"
	@echo "make lock    write requirements.lock again from pyproject.toml (ARGS: of uv pip compile)"
	@echo "make clean   remove the environment and everything that was built; not .composer"

# Stamps: a step is done again only when what it was made from has changed.
setup: $(VENV)/stamp-project

$(VENV)/stamp-empty:
	@.ci/venv "$(PYTHON)" $(VENV)
	@touch $@

# The lock holds all that is needed; resolved again, what asks for a package with an extra would be one without a hash.
$(VENV)/stamp-dependencies: requirements.lock $(VENV)/stamp-empty
	@echo "Installing the locked dependencies (some 370 MB the first time: a minute or two)"
	@$(INSTALL) --no-deps --require-hashes -r requirements.lock $(QUIETLY)
	@$(LOADS_MODELS) 2>/dev/null || .ci/apt-install "The embedded models need OpenMP" libgomp1
	@$(LOADS_MODELS)
	@touch $@

$(VENV)/stamp-project: pyproject.toml $(VENV)/stamp-dependencies
	@$(INSTALL) --no-deps --no-build-isolation --editable . $(QUIETLY)
	@touch $@

demo: setup
	@$(BIN)/composer demo $(ARGS)

# The types are checked and the dependencies looked up while the tests run, and what was found is shown after them;
# any of the three fails the whole.
test: lint browser promptfoo postgres model datasets
	@$(BIN)/mypy >$(VENV)/mypy.log 2>&1 & types=$$!; \
	$(AUDIT) >$(VENV)/audit.log 2>&1 & audit=$$!; \
	$(BIN)/python -m pytest -n auto $(ARGS); tests_failed=$$?; \
	wait $$types; types_failed=$$?; \
	wait $$audit; audit_failed=$$?; \
	cat $(VENV)/mypy.log $(VENV)/audit.log; \
	exit $$((tests_failed | types_failed | audit_failed))

# Most of the long tests wait for people, so that there may be more of them at once than cores.
soak: postgres
	@$(BIN)/python -m pytest -n 4 -m soak tests/soak $(ARGS)

audit: setup
	@$(AUDIT)

check: lint
	@$(BIN)/mypy

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo

format: setup
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

browser: setup
	@{ $(DRIVES_CHROMIUM); } >/dev/null 2>&1 \
		|| .ci/apt-install "The tests need a Chromium that Playwright can drive" chromium fonts-dejavu-core libatomic1
	@{ $(DRIVES_CHROMIUM); } >/dev/null

promptfoo: $(VENV)/stamp-promptfoo

$(VENV)/stamp-promptfoo: .ci/promptfoo/install .ci/promptfoo/package-lock.json $(VENV)/stamp-dependencies
	@echo "Installing promptfoo, which the tests load exports with (300 MB on disk: some 20 seconds)"
	@.ci/promptfoo/install $(VENV) $(QUIETLY)
	@touch $@

postgres: setup
	@$(HAS_POSTGRES) 2>/dev/null || .ci/apt-install "The tests need a PostgreSQL server" postgresql
	@$(HAS_POSTGRES)

datasets: setup
	@$(BIN)/composer data fetch

model: setup
	@for name in $(TEST_MODELS); do $(BIN)/composer model pull $$name || exit 1; done

lock: $(VENV)/stamp-empty
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --no-input --disable-pip-version-check $(UV)
	@env -u UV_FIND_LINKS -u UV_INDEX -u UV_EXTRA_INDEX_URL build/lock/bin/uv --quiet --no-config pip compile pyproject.toml \
		--extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.lock $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
