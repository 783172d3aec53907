# Everything a contributor types. `make` alone explains. Variables: PYTHON=/path/to/python3, TESTS="tests/web -k pay".
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PYTHON
export UV_PYTHON_DOWNLOADS := never
# Whatever this machine's habit is: hundreds of programs are started, and what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
TESTS ?= tests
# More than two cores: half of the time tests wait, for lifetimes to end and servers to come back.
WORKERS ?= 4
SECONDS ?= 60
ADDON ?= build/counterfoil-whmcs.zip

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## make .venv with the locked dependencies and the command counterfoil
	@tools/setup

demo: setup ## start the portal with its sandboxes and seeded customers; Ctrl-C stops them; OIDC=1: without passwords; DEMO_PORT=9000
	@OIDC=$(OIDC) DEMO_PORT=$(DEMO_PORT) exec $(BIN)/python tools/demo.py

quick: setup-dev ## format, lint, types, import rules and the tests that need no server: under a minute
	@$(MAKE) -j2 --output-sync --keep-going check-format check-lint check-types check-imports quick-tests

quick-tests:
	@$(BIN)/pytest -q -n 2 -m "not server" $(TESTS) </dev/null

test: system setup-dev check ## check, then run every test, against real servers and a real browser
	@tools/site/setup
	@$(BIN)/python -m pytest -p tests.retry -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(TESTS) </dev/null

check: setup-dev ## format, lint, types, import rules, templates, spelling, security: changes nothing
	@$(MAKE) -j2 --output-sync --keep-going check-format check-lint check-types check-imports check-templates \
		check-spelling check-security check-php

check-format:
	@$(BIN)/ruff format --quiet --check . || { echo "Run: make fmt"; exit 1; }
check-lint:
	@$(BIN)/ruff check --quiet .
check-types:
	@$(BIN)/mypy --no-error-summary
check-imports:
	@mkdir -p .cache; $(BIN)/lint-imports --no-logo >.cache/imports 2>&1 || { cat .cache/imports; exit 1; }
check-templates:
	@$(BIN)/djlint --quiet --lint src/counterfoil/web/templates
check-spelling:
	@git ls-files -z --cached --others --exclude-standard | xargs -0 $(BIN)/codespell
check-security:
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --severity-level medium --confidence-level medium src
check-php:
	@command -v php >/dev/null || { echo "php is missing. On Debian, as root: apt-get install php-cli"; exit 1; }
	@git ls-files -z --cached --others --exclude-standard '*.php' | \
		xargs -0 -n1 php -l 2>&1 | { grep -v -e '^No syntax errors' -e '^$$' && exit 1 || exit 0; }

fmt: setup-dev ## put code into the house's format and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: setup-dev ## measure the portal against its peers
	@exec $(BIN)/python -m benchmarks

prove-freshness: system setup-dev ## attack four portals for SECONDS=60, check all they showed; SEED=n: the same plan again
	@SECONDS=$(SECONDS) SEED=$(SEED) NUMBERED=$(NUMBERED) exec $(BIN)/python -m proofs

prove-hold: system setup-dev ## attack two portals behind nginx as strangers would, print a table; HOLD_SECONDS=10 for each
	@SECONDS=$(or $(HOLD_SECONDS),10) exec $(BIN)/python -m proofs.hold

prove-capacity: setup-dev ## live the busy hours of CUSTOMERS=1000000 in virtual time, check the sums of docs/capacity.md
	@CUSTOMERS=$(CUSTOMERS) exec $(BIN)/python -m proofs.capacity

prove-simulation: setup-dev ## live WORLDS=300 simulated worlds from SEED= on, check every promise of the cache
	@WORLDS=$(WORLDS) SEED=$(SEED) exec $(BIN)/python -m tests.cache.simulate
prove-mutations: system setup-dev ## switch off every rule of the cache and see what catches it within SECONDS=10 each
	@SECONDS=$(SECONDS) SEED=$(SEED) exec $(BIN)/python -m tests.cache.prove_mutations

prove-webhooks: system setup-dev ## WEBHOOKS=10000 webhooks in one burst at two workers
	@COUNTERFOIL_TEST_WEBHOOKS=$(or $(WEBHOOKS),10000) $(BIN)/pytest -q -s tests/portal/test_burst.py </dev/null

test-php: setup-dev ## the addon's tests on PHP 7.4 to 8.5 as WebAssembly (needs node and npm); VERSIONS="7.4 8.5" for some
	@exec $(BIN)/python -m tools.test_php

prove-api: system setup-dev ## hold the API against its description with random data for SECONDS=180, signed in
	@COUNTERFOIL_TEST_API_SECONDS=$(if $(filter 60,$(SECONDS)),180,$(SECONDS)) \
		$(BIN)/pytest -q -s tests/web/api/test_fuzzed.py </dev/null

addon: setup ## pack the WHMCS side into ADDON=build/counterfoil-whmcs.zip
	@$(BIN)/python tools/addon.py $(ADDON)

release: setup-dev ## make what a release consists of, in build/release, twice, and compare: only of a committed tree
	@$(BIN)/python -m tools.release

prove-orders: system setup-dev ## break and kill at every call that an order makes; PART=1/4 plays every fourth stage
	@FAULTS=$(FAULTS) PART=$(PART) exec $(BIN)/python -m tests.orders.game_day

prove-metadata: setup-dev ## convert deploy/salesforce with the library of the vendor's CLI (needs node and npm)
	@exec $(BIN)/pytest -q proofs/deploy/test_metadata.py </dev/null

prove-deploy: setup-dev ## build the image's folder, run it and the files of deploy/ with real proxies, upgrade it from the release before: 12 minutes
	@tools/system deploy && exec $(BIN)/pytest -q proofs/deploy </dev/null

prove-browsers: setup-dev ## tell one customer's story in Chromium, Firefox and WebKit, the engine of Safari: 2 minutes
	@tools/system browsers && exec $(BIN)/pytest -q proofs/browsers </dev/null

prove-machines: setup-dev ## lose each machine of an installation in turn, in network namespaces: as root, 5 minutes
	@tools/system machines && exec $(BIN)/pytest -q -s proofs/machines </dev/null

migrate: setup ## bring the database of this folder's settings to the current schema
	@$(BIN)/counterfoil migrate

docs: setup-dev ## write the parts of docs/ that are made from the code, and build the site
	@$(BIN)/python -m tools.docs
	@$(MAKE) site

site: setup ## build the documentation site into build/site: no net is needed to read it, nor to search it
	@tools/site/build

texts: setup-dev ## put new texts into the catalogues of web/locale, to be translated, and take out old ones
	@$(BIN)/python -m tools.texts

screenshots: system setup-dev ## take the pictures in docs/screenshots again, in a real browser
	@COUNTERFOIL_TEST_SCREENSHOTS=docs/screenshots $(BIN)/pytest -q tests/promises/test_pictures.py </dev/null

routes: setup-dev ## write the tables of docs/routes.md from a running portal
	@$(BIN)/python -m tools.routes

audit: system setup-dev ## look at every page with pa11y and Lighthouse (needs node and npm)
	@$(BIN)/python -m tools.audit

lock: setup-dev ## resolve the dependencies again; UPGRADE=1 takes newer versions
	@tools/lock $(if $(UPGRADE),--upgrade)

setup-dev:
	@tools/setup dev
system:
	@tools/system

.PHONY: help setup demo quick quick-tests test check fmt bench prove-orders prove-freshness prove-hold prove-capacity prove-simulation prove-mutations prove-webhooks prove-api prove-browsers prove-metadata prove-machines test-php addon \
	migrate release docs site texts screenshots routes audit lock setup-dev system check-format check-lint check-types check-imports check-templates \
	check-spelling check-security check-php
