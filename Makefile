# make run: set up, build the index if there is none, serve the chat on http://127.0.0.1:7860
# make test: set up, run the tests
.PHONY: setup run test eval bench lint clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

setup: $(READY)

# Made once, remade when what it installs changes.
$(READY): constraints.txt pyproject.toml
	@echo "Setting up $(VENV); the first time this takes a few minutes."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

run: setup
	$(BIN)/vlms serve

# Without Chromium the tests in a browser are left out, each with its reason; Debian: apt-get install chromium.
# Two at a time, file by file, since the tests of one file share a server and a browser; the slow ones come first.
# One thread for each: those of torch, waiting for each other, would keep two processes from their cores.
# The index is built before them, with all cores and a bar, and kept for the next run.
test: export VLMS_INDEX_DIR ?= $(CURDIR)/build/index
test: setup
	$(BIN)/vlms index
	VLMS_NO_BROWSER=$${VLMS_NO_BROWSER:-$$(command -v chromium >/dev/null && echo 0 || echo 1)} OMP_NUM_THREADS=1 \
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

eval: setup
	mkdir -p reports
	$(BIN)/vlms eval --baselines --html reports/eval.html --json reports/eval.json

bench: setup
	$(BIN)/python -m evals.bench

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist reports *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
