# Regulars · 回头客. `make` alone lists what can be made.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Where a company's proxy signs the web anew, its certificate is the system's, not uv's own.
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PY := $(BIN)/python -W ignore
UV := $(BIN)/uv
BUILT := src/regulars/site/static/build/.vite/manifest.json
FRONT := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null) $(shell find src/regulars -name '*.html' 2>/dev/null)
CATALOGUES := $(shell find src/regulars -name '*.po' 2>/dev/null)

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: .venv/.demo front messages ## load and serve the two sample businesses (SERVE=0: only load)
	@$(PY) -m regulars.site.cli demo $(if $(filter 0,$(SERVE)),--no-serve)

.PHONY: test
test: .venv/.dev front messages browser ## run the whole test suite
	$(PY) -m pytest -n 2 --dist loadfile tests

.PHONY: check
check: .venv/.dev front messages ## style, types, floors, templates, migrations, catalogues
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	DATABASE_URL=postgresql://nobody@/none $(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini
	$(BIN)/djade --target-version 5.2 --check $$(find src/regulars -name '*.html')
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m django check
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m django makemigrations --check --dry-run
	$(PY) -m regulars.site.messages missing

.PHONY: spark
spark: .venv/.dev ## compare every feature, model and the whole run on Spark with DuckDB (Java 17)
	$(PY) -m pytest --timeout=600 tests/spark/test_sample.py tests/spark/full_parity.py

.PHONY: bench
bench: .venv/.dev ## measure ours beside its alternatives (ONLY=work N=lines)
	$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(N),--n $(N))

.PHONY: browser
browser: ## install Chromium and a Chinese font where the system's package manager may
	@sh tests/e2e/install_browser.sh

.PHONY: front
front: $(BUILT) ## build the front end
$(BUILT): .venv/.demo $(FRONT)
	@$(PY) frontend/build.py

.PHONY: messages
messages: .venv/.messages ## compile the message catalogues
.venv/.messages: .venv/.demo $(CATALOGUES)
	@$(PY) -m regulars.site.messages compile
	@touch $@

.PHONY: format
format: .venv/.dev ## format code and templates
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks
	-$(BIN)/djade --target-version 5.2 $$(find src/regulars -name '*.html')

.PHONY: lock
lock: .venv/.uv ## pin the requirements anew
	cd requirements && for f in base demo dev; do ../$(UV) pip compile -q --no-header --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 $$f.in -o $$f.txt || exit 1; done

# Runs $(2), which takes a while, telling what is done and how long it took.
define step
	@printf '%s … ' "$(1)"; begun=$$(date +%s); $(2) && echo "$$(($$(date +%s) - begun)) s"
endef

.venv/.uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found."; exit 1; }
	$(call step,making the environment,$(PYTHON) -m venv .venv && $(BIN)/pip install -q uv)
	@touch $@

.venv/.demo: .venv/.uv requirements/demo.txt pyproject.toml
	$(call step,installing the libraries,$(UV) pip install -q -r requirements/demo.txt && $(UV) pip install -q --no-build-isolation --no-deps -e .)
	@touch $@

.venv/.dev: .venv/.demo requirements/dev.txt
	$(call step,installing the developer tools,$(UV) pip install -q -r requirements/dev.txt)
	@touch $@
