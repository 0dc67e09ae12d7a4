# Every word here first makes .venv what requirements.lock says; when it is already, that takes 0.1 s.
PYTHON ?= python3
BIN := .venv/bin
# Compiled once and kept below .venv, also where the machine says not to: each start takes half as long.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/compiled

.PHONY: run test test-all lint bench lock ready

run: ready
	@exec $(BIN)/deskbell run $(ARGS)

# Everything but what is marked slow; `make test ARGS="-k refund -x"` runs less.
test: ready
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

test-all: ready
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "" $(ARGS)

lint: ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ready
	@$(BIN)/python -m bench $(ARGS)

# Writes both lock files from pyproject.toml; `make lock ARGS=--upgrade` takes the newest releases.
lock:
	@command -v uv >/dev/null || test -x .venv/uv/bin/uv || { $(PYTHON) -m venv .venv/uv && .venv/uv/bin/pip install -qq uv; }
	@PATH="$$PATH:$(CURDIR)/.venv/uv/bin" UV_DEFAULT_INDEX=https://pypi.org/simple sh -euc '\
	  uv lock $(ARGS); \
	  uv export --quiet --frozen --no-emit-project --extra test --no-annotate --no-header --output-file requirements.lock'

ready:
	@$(PYTHON) setup_env.py
