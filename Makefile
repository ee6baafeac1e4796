# EveryID on a bare machine: Python 3.11 or later, make, and a package registry are enough.
# Every path here is relative, so that the project may lie in a folder with spaces.

SHELL := /bin/sh
PYTHON := .venv/bin/python
export FOOTAGE PORT

.PHONY: demo test check format lock clean help chromium models test-models

help:
	@echo "make demo [FOOTAGE=folder] [PORT=8000]   run EveryID with sample footage, until Ctrl-C"
	@echo "make test     run every test             make check    ruff, mypy, import-linter"
	@echo "make format   format the code            make lock     pin the dependencies anew"
	@echo "make models   torch and the large networks' packages, in .venv-models (5.5 GB)"
	@echo "make test-models  the tests that need them"
	@echo "make clean    remove caches and builds (neither .venv nor var)"

demo: .venv/base.stamp
	@set -- manage.py demo; \
	if [ -n "$$FOOTAGE" ]; then set -- "$$@" --footage "$$FOOTAGE"; fi; \
	if [ -n "$$PORT" ]; then set -- "$$@" --port "$$PORT"; fi; \
	exec $(PYTHON) "$$@"

test: .venv/test.stamp chromium
	$(PYTHON) -m pytest -n 2

check: .venv/test.stamp
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

# Large networks need torch: an environment of its own, so that the ordinary one stays small. Run
# EveryID with it by `make demo PYTHON=.venv-models/bin/python`.
MODELS_PYTHON := .venv-models/bin/python

models: .venv-models/models.stamp

# Skipping all of them would prove nothing: at least one must have passed.
test-models: .venv-models/models.stamp
	@log=$$(mktemp); \
	{ $(MODELS_PYTHON) -m pytest -m models tests; echo $$? >"$$log.status"; } 2>&1 | tee "$$log"; \
	status=$$(cat "$$log.status"); \
	if [ "$$status" = 0 ] && ! grep -qE '(^|[ =])[1-9][0-9]* passed' "$$log"; then \
		echo "No test of the large networks has run." >&2; status=1; \
	fi; \
	rm -f "$$log" "$$log.status"; exit "$$status"

format: .venv/test.stamp
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

LOCK = $(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-header --python-version 3.11 pyproject.toml

lock: .venv/python.stamp
	$(PYTHON) -m pip install --quiet uv
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra test --output-file requirements-test.lock
	$(LOCK) --extra models --constraint requirements-test.lock --output-file requirements-models.lock

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	rm -rf htmlcov .coverage everyid.egg-info
	find . -name '.venv*' -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

# The tests drive Debian's chromium. Without it, and without the right to install it, the browser
# tests are skipped.
chromium:
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null 2>&1 && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing chromium for the browser tests"; \
		DEBIAN_FRONTEND=noninteractive apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium \
			>/dev/null && exit 0; \
	fi; \
	echo "No chromium here: the browser tests will be skipped. Install it to run them."

.venv/base.stamp: .venv/python.stamp requirements.lock
	@echo "Installing EveryID's packages (once)"
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements.lock
	@touch $@

.venv/test.stamp: .venv/base.stamp requirements-test.lock
	@echo "Installing the tests' packages (once)"
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements-test.lock
	@touch $@

.venv-models/models.stamp: .venv/python.stamp requirements-models.lock requirements-test.lock
	@echo "Installing torch and the large networks' packages (once, 5.5 GB)"
	@$(MODELS_PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv-models
	for lock in requirements-models.lock requirements-test.lock; do \
		$(MODELS_PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes \
			-r $$lock || exit 1; \
	done
	@touch $@

# The first Python that is new enough; a .venv that does not work is made again.
.venv/python.stamp:
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for name in python3.13 python3.12 python3.11 python3 python; do \
		"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		rm -rf .venv; \
		if "$$name" -m venv .venv >/dev/null 2>&1; then touch $@; exit 0; fi; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			DEBIAN_FRONTEND=noninteractive apt-get update -qq; \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
			rm -rf .venv; \
			if "$$name" -m venv .venv >/dev/null 2>&1; then touch $@; exit 0; fi; \
		fi; \
		echo "$$name cannot make a virtual environment: install its venv module" \
			"(Debian: apt install python3-venv) and try again." >&2; \
		exit 1; \
	done; \
	echo "EveryID needs Python 3.11 or later, and found none on this machine." >&2; \
	exit 1
