# coview: make demo, make test

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := OMP_NUM_THREADS=1 COVIEW_REQUIRE_DATA=1
DATA := digits emoji fashion-mnist letter satellite mricron watch pose2sim clips ml-100k-graph connectomes debian molecules \
	furniture atari seismograms prompts

.PHONY: demo test style types docs data suite clean

demo: $(VENV)/.demo
	@PATH="$(abspath $(BIN)):$$PATH" sh demo.sh

test: style types docs data suite

style: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/pyright --pythonpath $(BIN)/python

docs: $(VENV)/.test
	$(BIN)/python docs/generate.py
	$(BIN)/zensical build --clean

data: $(VENV)/.test
	set -e; for name in $(DATA); do $(BIN)/coview data get $$name; done

suite: $(VENV)/.test
	$(RUN) $(BIN)/python -m pytest

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet -e '.[data]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet -e '.[dev,docs]'
	@touch $@

clean:
	rm -rf $(VENV) site demo
