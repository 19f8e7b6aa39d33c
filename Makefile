# `make lab` and `make test` do all their set-up themselves: a virtual environment in .venv with the pinned packages.
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV))/bin
READY := $(VENV)/ready
DEVELOPER := $(VENV)/ready-dev
FIRST := notebooks/00_first_steps.ipynb
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# -n 2: two processes; loadscope keeps the cells of a notebook, and the tests of a module, in one of them.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadscope --timeout 600
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout 120
SITE := docs/_site

# A recipe's seconds: $(call timed,name,command)
timed = begun=$$(date +%s); $(2); code=$$?; echo "$(1): $$(($$(date +%s) - begun)) s"; exit $$code

.PHONY: help lab demo handout test test-fast lint refresh docs lite bench clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z%-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

lab: $(READY)  ## open the notebooks in JupyterLab
	@echo "Opening JupyterLab; Ctrl-C here ends it"
	@$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(notdir $(FIRST)) $(LAB)

demo: $(READY)  ## run the first notebook without a browser and print what it shows
	@$(BIN)/python -m tests.refresh --show $(FIRST)

handout: $(READY)  ## copy the notebooks without their solutions, for students; FOLDER=handout
	@$(BIN)/python -c 'import bionb, sys; print(*bionb.copy_notebooks(sys.argv[1], solutions=False), sep="\n")' $(or $(FOLDER),handout)

test: lint  ## run all tests and all notebooks; needs no account and no network once set up
	@$(BIN)/python -m tests.environments --all > $(VENV)/environments.log 2>&1 & \
	$(PYTEST) $(NBVAL) tests notebooks; code=$$?; wait; \
	if [ $$code -ne 0 ]; then cat $(VENV)/environments.log; fi; exit $$code

test-fast: $(DEVELOPER)  ## run what needs no other program, no browser, no notebook and little time: for daily work
	@$(PYTEST) -m "not outside and not browser and not slow" tests

lint: $(DEVELOPER)  ## check style and types
	@$(call timed,lint,$(BIN)/ruff check . && $(BIN)/mypy)

refresh: $(DEVELOPER)  ## run the notebooks and store their outputs; NOTEBOOKS="..." names some
	@$(BIN)/python -m tests.typed_connect
	@$(BIN)/python -m tests.refresh $(NOTEBOOKS)

docs: $(DEVELOPER)  ## build the site with the course, how-to pages and reference in docs/_site
	@$(call timed,docs,$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --jobs 2 docs $(SITE))
	@echo "Open $(SITE)/index.html"

lite: $(DEVELOPER)  ## build the course as a page that needs no server in docs/_lite
	@$(call timed,lite,$(BIN)/python docs/lite/build.py)

bench: $(patsubst benchmarks/%.py,bench-%,$(wildcard benchmarks/[a-z]*.py))  ## measure speed and memory

bench-%: $(DEVELOPER)  ## run one benchmark: make bench-listing
	@$(BIN)/python benchmarks/$*.py

clean:  ## remove the virtual environment and all caches
	rm -rf $(VENV) $(SITE) docs/_lite docs/course docs/made .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find bionb tests notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

$(READY): binder/requirements.txt binder/postBuild binder/overrides.json binder/nbconvert/index.html.j2 pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'bionb needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	@echo "Setting up $(VENV), once; this takes a minute"
	@$(call timed,set-up,$(PYTHON) -m venv $(VENV) && $(PIP) install --requirement binder/requirements.txt && \
	  PATH="$(BIN):$$PATH" binder/postBuild)
	@touch $@

$(DEVELOPER): $(READY) binder/requirements-dev.txt
	@echo "Adding what tests and the site need, once"
	@$(call timed,set-up of tests,$(PIP) install --requirement binder/requirements-dev.txt)
	@touch $@
