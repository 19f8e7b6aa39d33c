# `make lab` and `make test` do all their set-up themselves: a virtual environment in .venv with the pinned packages.
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
READY := $(VENV)/ready
FIRST := notebooks/00_first_steps.ipynb
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# -n 2: two processes; loadscope keeps the cells of a notebook, and the tests of a module, in one of them.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadscope --timeout 600
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout 120

# A recipe's seconds: $(call timed,name,command)
timed = begun=$$(date +%s); $(2); code=$$?; echo "$(1): $$(($$(date +%s) - begun)) s"; exit $$code

.PHONY: help lab demo test test-fast lint refresh bench clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z%-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

lab: $(READY)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(notdir $(FIRST)) $(LAB)

demo: $(READY)  ## run the first notebook without a browser and print what it shows
	@$(BIN)/python notebooks/refresh.py --show $(FIRST)

test: lint  ## run all tests and all notebooks; needs no account and no network once set up
	@$(BIN)/python -m tests.environments --all > $(VENV)/environments.log 2>&1 & \
	$(PYTEST) $(NBVAL) tests notebooks; code=$$?; wait; \
	if [ $$code -ne 0 ]; then cat $(VENV)/environments.log; fi; exit $$code

test-fast: $(READY)  ## run what needs no other program, no browser, no notebook and little time: for daily work
	@$(PYTEST) -m "not outside and not browser and not slow" tests

lint: $(READY)  ## check style and types
	@$(call timed,lint,$(BIN)/ruff check . && $(BIN)/mypy)

refresh: $(READY)  ## run the notebooks and store their outputs; NOTEBOOKS="..." names some
	@$(BIN)/python -m tests.typed_connect
	@$(BIN)/python notebooks/refresh.py $(NOTEBOOKS)

bench: $(patsubst benchmarks/%.py,bench-%,$(wildcard benchmarks/[a-z]*.py))  ## measure speed and memory

bench-%: $(READY)  ## run one benchmark: make bench-listing
	@$(BIN)/python benchmarks/$*.py

clean:  ## remove the virtual environment and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find bionb tests notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

$(READY): binder/requirements.txt binder/postBuild binder/overrides.json pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'bionb needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	@echo "Setting up $(VENV), once; this takes a minute or two"
	@$(call timed,set-up,$(PYTHON) -m venv $(VENV) && $(PIP) install --requirement binder/requirements.txt && \
	  PATH="$(BIN):$$PATH" binder/postBuild)
	@touch $@
