# Panj. `make demo` sets up and does the main job; `make test` proves it. Everything lands in .venv and runs/.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
MEMBERS ?= 200
READY := $(VENV)/.ready

.PHONY: help setup demo test lint types bench docs lock clean

help:  ## say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make the virtual environment

$(READY): constraints.txt pyproject.toml
	command -v $(PYTHON) >/dev/null && $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

demo: setup  ## run Central Asia 1991-2005 with $(MEMBERS) members and write its report
	$(BIN)/panj check central-asia
	$(BIN)/panj run central-asia --members $(MEMBERS) --out runs/demo-$(MEMBERS) --resume

test: setup lint types browser  ## lint, types and all tests
	$(BIN)/python -m pytest -n 2

lint: setup  ## style, formatting, direction of the arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup  ## strict types
	$(BIN)/mypy

bench: setup  ## the budgets: what is measured, what it may be, its ratio to a limit
	$(BIN)/python -m benchmarks

docs: setup  ## print the reference pages from the tables
	$(BIN)/python -m tools.reference

lock:  ## renew constraints.txt (needs uv)
	$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-header --quiet --upgrade -o constraints.txt

.PHONY: browser
browser:  # a browser for the tests of pages, where the machine has none
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		(echo "Installing Chromium for the tests of pages" && \
		(apt-get install -y --no-install-recommends chromium || (apt-get update && apt-get install -y --no-install-recommends chromium)) || \
		echo "Chromium could not be installed here: tests marked browser will be skipped.")

clean:  ## remove what was made
	rm -rf $(VENV) runs build dist
