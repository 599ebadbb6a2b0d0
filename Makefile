# Cantiere: i comandi di chi sviluppa e di chi prova. `make` da solo li elenca.

PYTHON ?= python3
ARGS ?=
JOBS ?= 3
BIN := .venv/bin

# A make started from another Python's environment must not see that one's packages.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo up test test-all lint format bench screenshots lock clean runtime dev bench-environment

help: ## questo elenco · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make demo ARGS="--exit --json out.json"   argomenti al comando · arguments to the command'
	@echo '  make PYTHON=/opt/python3.12/bin/python3 … un altro Python (>= 3.11) · another Python'

demo: runtime ## le dieci storie sullo stack vero · the ten stories on the real stack
	@exec $(BIN)/cantiere demo $(ARGS)

up: runtime ## avvia lo stack · start the stack
	@exec $(BIN)/cantiere up $(ARGS)

# The whole suite is shared between processes, file by file, each with servers of its own; tests that
# are named (ARGS=tests/...) run in one, where -s and --pdb work.
SHARED = $(if $(findstring tests/,$(ARGS)),,-n $(JOBS) --dist loadfile --no-loadscope-reorder)

test: dev ## tutte le prove, meno quelle lunghe · the suite, except the slow proofs
	@exec $(BIN)/python -m pytest $(SHARED) -m "not slow" $(ARGS)

test-all: dev ## tutte le prove · every test
	@exec $(BIN)/python -m pytest $(SHARED) $(ARGS)

lint: dev ## stile, tipi, strati · style, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: dev ## riscrive nello stile del progetto · rewrite in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: bench-environment ## le misure, fianco a fianco · the measurements, side by side
	@exec $(BIN)/python -m bench $(ARGS)

screenshots: dev ## le figure delle pagine in docs/screenshots · pictures of the pages
	@exec $(BIN)/python -m tools.screenshots $(ARGS)

# Versions and hashes only. uv is the one tool that is not installed for you.
COMPILE = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --extra build

lock: ## riscrive i file di blocco (serve uv) · rewrite the lock files (needs uv)
	@command -v uv >/dev/null || { echo 'Serve uv: pip install uv. · uv is needed.' >&2; exit 1; }
	$(COMPILE) $(ARGS) -o requirements.lock
	$(COMPILE) $(ARGS) --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) $(ARGS) --extra bench -c requirements.lock -o requirements-bench.lock

clean: ## toglie l'ambiente e ciò che è derivato · remove the environment and what is derived
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define environment
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'Serve Python 3.11 o più recente, come «python3» oppure con «make PYTHON=…».' >&2; \
	  echo 'Python 3.11 or newer is needed, as `python3` or with `make PYTHON=...`.' >&2; exit 1; }
	@$(PYTHON) tools/environment.py $(1)
endef

runtime:
	$(call environment,runtime)

dev:
	$(call environment,dev)

bench-environment:
	$(call environment,bench)
