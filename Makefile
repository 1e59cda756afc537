# vraem: `make demo` sets up everything and runs the main job; `make test` sets up everything and passes the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo classroom test test-slow bench lint format docs pictures clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed  ## make a ready virtual environment in .venv

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "vraem needs Python 3.11 or later; try make PYTHON=python3.12 install"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: install  ## the claim in small: four arms under 14 draws of assumptions, and the verdict (runs/demo)
	$(BIN)/vraem demo

# seeds of the second lesson: the first two that `python -m tests.app.lucky_seeds` marks
LUCK       ?= 4
OTHER_LUCK ?= 8

classroom: install  ## the replays of the lesson in docs/classroom.md (runs/classroom)
	$(BIN)/vraem replay baseline --out runs/classroom/1-a-valley-and-a-price.html
	$(BIN)/vraem replay random-control --against heirs-first --seed $(LUCK) --out runs/classroom/2-heirs-or-anyone.html
	$(BIN)/vraem replay random-control --against heirs-first --seed $(OTHER_LUCK) --out runs/classroom/2-again-with-other-luck.html
	$(BIN)/vraem replay baseline --against no-coca-income --out runs/classroom/3-without-coca.html

test: install  ## all tests but the slow ones
	$(BIN)/python -m pytest -n 2

test-slow: install  ## the tests that take minutes
	$(BIN)/python -m pytest -m slow -n 2

bench: install  ## speed of a run, of the growers' step, of sweeps; growth with households
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.sweeps
	$(BIN)/python -m tests.benchmarks.classroom

lint: install  ## linter, formatter, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install  ## put the code in its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install  ## write the documentation tables that are generated from the code
	$(BIN)/python -m vraem.cli docs

pictures: install  ## draw the pictures of the documentation anew (those of sweeps from runs/neutrality and runs/claim)
	$(BIN)/python -m tests.figures.pictures

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .benchmarks
