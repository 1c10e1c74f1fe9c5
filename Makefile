# Two commands do everything: `make start` and `make test`. The rest is for people who work on fieldkit.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: start test check reports bench conformance soak picture lock clean

start: $(VENV)/.installed
	@$(BIN)/fieldkit practice

test: $(VENV)/.installed-checks
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/.installed-checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What `fieldkit export --format html|pdf` draws and sets with.
reports: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-reports.lock

# FIELDKIT_BENCH_SUBMISSIONS=1000000 measures the server's figures over a million.
bench: $(VENV)/.installed-checks
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@$(BIN)/python -m benchmarks

# Forms here and in ODK's own engine (Node.js; installs it into a cache folder outside the tree).
conformance: $(VENV)/.installed-checks
	@$(BIN)/python -m tests.conformance

# The fuzzer has wheels for Linux on x86-64 alone; elsewhere its tests are skipped, and nothing is built from source.
soak: $(VENV)/.installed-checks
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements-fuzz.lock || echo "The fuzzer was not installed; its tests are skipped."
	@FIELDKIT_SOAK=1 $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/crash tests/simulation tests/indicators tests/forms/test_fuzzing.py

picture: $(VENV)/.installed
	@$(BIN)/python -m docs.picture docs/interview.svg

# Needs uv (https://docs.astral.sh/uv/). One lock for every platform; no index host in it.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock:
	$(LOCK) --extra server --extra install -o requirements.lock pyproject.toml
	$(LOCK) --extra server --extra install --extra reports -c requirements.lock -o requirements-reports.lock pyproject.toml
	$(LOCK) --extra server --extra install --extra reports --extra checks -c requirements-reports.lock -o requirements-checks.lock pyproject.toml
	$(LOCK) --extra fuzz -c requirements-checks.lock -o requirements-fuzz.lock pyproject.toml
	$(LOCK) --extra bench -c requirements-checks.lock -o requirements-bench.lock pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The lock files name versions and hashes; installing again is needed only when they change, so both commands work offline after the first time.
$(VENV)/.installed: requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Setting up (once; needs a package index or a wheel folder) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-checks: $(VENV)/.installed requirements-checks.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checks.lock
	@touch $@
