# make demo    install into .venv and open the quickstart notebook in JupyterLab
# make test    everything that is checked before a change lands
# make bench   reading and opening again, beside TensorBoard's readers (1.7 GB of corpora, ten minutes)
# make docs    the docs as a site in build/site, every link checked
# make build   sdist and wheel in dist/
# make clean   remove what these make
#
# PORT=8889 and JUPYTER_ARGS="--no-browser" go to JupyterLab; PYTHON=python3.12 picks an interpreter.

PYTHON ?= python3
PORT ?= 8888
JUPYTER_ARGS ?=
PYTEST_ARGS ?=
CORPORA ?= build/corpora

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUNTIME := tbwidget/static/runtime.js
PACKAGING := pyproject.toml scripts/build_hook.py $(shell find proto -name '*.proto')
JS := package.json js/build.mjs $(shell find js/src -type f)

.PHONY: demo test bench docs build clean

demo: .venv/.demo $(RUNTIME)
	$(BIN)/jupyter lab --port=$(PORT) $(JUPYTER_ARGS) notebooks/01_quickstart.ipynb

# Two at once, by file: a browser test waits as long as it works.
test: .venv/.dev $(RUNTIME)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run --silent lint
	npm run --silent typecheck
	npm run --silent test
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/conformance tests/transport tests/wheel $(PYTEST_ARGS)
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser $(PYTEST_ARGS)

bench: .venv/.dev $(RUNTIME)
	$(BIN)/python -m benchmarks.reader --corpora $(CORPORA)
	$(BIN)/python -m benchmarks.reopen --corpora $(CORPORA)

docs: .venv/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

build: .venv/.dev $(RUNTIME)
	$(BIN)/python -m build

clean:
	rm -rf .venv node_modules dist tbwidget/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Installing runs scripts/build_hook.py, which makes what tbwidget/static/ lacks.
.venv/.demo: $(PACKAGING) | .venv/bin/python
	$(PIP) -e . jupyterlab
	@touch $@

.venv/.dev: $(PACKAGING) | .venv/bin/python
	$(PIP) -e ".[dev]"
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

$(RUNTIME): $(JS) node_modules/.package-lock.json
	npm run --silent build
	@touch $@
