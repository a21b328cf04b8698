# make demo    install into .venv and open the quickstart notebook in JupyterLab
# make test    everything that is checked before a change lands
# make build   sdist and wheel in dist/
# make clean   remove what these make
#
# PORT=8889 and JUPYTER_ARGS="--no-browser" go to JupyterLab; PYTHON=python3.12 picks an interpreter.

PYTHON ?= python3
PORT ?= 8888
JUPYTER_ARGS ?=

BIN := .venv/bin
STATIC := tbwidget/static
PACKAGING := pyproject.toml scripts/build_hook.py
JS := $(shell find js -type f 2>/dev/null) package.json
BUILT := $(STATIC)/.built

.PHONY: demo test build clean

demo: .venv/.demo $(BUILT)
	$(BIN)/jupyter lab --port=$(PORT) $(JUPYTER_ARGS) notebooks/01_quickstart.ipynb

# pytest comes last: its summary ends the output.
test: .venv/.dev $(BUILT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run --silent lint
	npm run --silent typecheck
	npm run --silent test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

build: .venv/.dev
	$(BIN)/python -m build

clean:
	rm -rf .venv node_modules dist $(STATIC) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Installing runs scripts/build_hook.py, which makes the files in $(STATIC).
.venv/.demo: $(PACKAGING) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . jupyterlab
	@touch $@

.venv/.dev: $(PACKAGING) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@
