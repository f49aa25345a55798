# The two commands: `make report` runs the study's notebooks and renders them; `make test` proves it.
# Windows: the plain commands behind each target are in README.md.

SHELL := /bin/sh
UV_VERSION := 0.13.9
STUDY ?= .
BIN := .venv/bin
READY := .venv/.ready
export PYTHONUTF8 = 1
export UV_PROJECT_ENVIRONMENT = $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS = never
export JUPYTER_PREFER_ENV_PATH = 1

.PHONY: help report test quick docs bench lab notebooks lint clean

help:
	@echo "make report            run the notebooks, render them to build/site/index.html, look through them"
	@echo "make report STUDY=DIR  the same for the study in DIR"
	@echo "make test              check types, style and import directions; run all tests"
	@echo "make quick             the same without browsers, kernels and built sites, in a minute"
	@echo "make docs              build the documentation to build/docs/index.html"
	@echo "make bench             measure the work of a study of 500 interviews, in about ten minutes"
	@echo "make lab               open JupyterLab on the notebooks"
	@echo "make notebooks         run the notebooks, store them with their outputs and the manifest"
	@echo "make clean             delete build/ and .venv/"

report: $(READY)
	@$(BIN)/qualcode report --study "$(STUDY)"
	@if [ -f "$(STUDY)/manuscript/chapter.md" ]; then cd "$(STUDY)" && "$(CURDIR)/$(BIN)/qualcode" manuscript \
		manuscript/chapter.md --claims manuscript/claims.csv --set build/manuscript; fi
	@$(BIN)/qualcode release check --study "$(STUDY)"

test: $(READY) lint
	@echo "== plots and tables against their manifest"
	@$(BIN)/qualcode plots --check
	@echo "== known advisories of what uv.lock names (told, and stopping nothing: they come from elsewhere)"
	-@$(BIN)/python tests/advisories.py
	@echo "== tests"
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

quick: $(READY) lint
	@echo "== tests that need no browser, kernel or built site"
	@$(BIN)/pytest --quick -n auto --dist loadfile --no-loadscope-reorder tests

docs: $(READY)
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

bench: $(READY)
	@$(BIN)/python benchmarks/workload.py
	@$(BIN)/python benchmarks/report.py 100 500

lint: $(READY)
	@echo "== style, types, import directions"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

lab: $(READY)
	@$(BIN)/jupyter lab notebooks

notebooks: $(READY)
	@$(BIN)/qualcode notebooks --study "$(STUDY)"
	@$(BIN)/qualcode plots --write --study "$(STUDY)"

clean:
	rm -rf build .venv

# A Python that runs, is new enough, and can make environments.
$(READY): uv.lock pyproject.toml
	@found=; bare=; for p in python3.13 python3.12 python3.11 python3 python; do \
	  if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
	    if $$p -c 'import ensurepip, venv' >/dev/null 2>&1; then found=$$p; break; else bare=$$p; fi; \
	  fi; done; \
	if [ -x $(BIN)/python ] && $(BIN)/python -c '' >/dev/null 2>&1; then :; \
	elif [ -n "$$found" ]; then \
	  echo "== making .venv with $$($$found --version) (once)"; rm -rf .venv; $$found -m venv .venv; \
	elif [ -n "$$bare" ]; then \
	  echo "$$bare cannot make environments: install its venv module (Debian, Ubuntu: apt install python3-venv)."; exit 1; \
	else echo "Install Python 3.11, 3.12 or 3.13, then repeat the command."; exit 1; fi
	@echo "== installing the locked packages (about 600 MB, once)"
	@$(BIN)/uv --version 2>/dev/null | grep -q " $(UV_VERSION) " || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --frozen --inexact --all-extras --compile-bytecode --python $(BIN)/python
	@$(BIN)/python -m compileall -q src
	@touch $(READY)
