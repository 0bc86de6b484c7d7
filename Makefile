# Every target can be the first command of a fresh clone; all that it needs is Python 3.11 or newer.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: chart image test-deploy test-dist help setup demo broker live compiled test test-fast test-pythons test-brokers chaos soak check format bench bench-core bench-decoding bench-router docs generate constraints clean pictures

PYTHON ?= python3
ARGS ?=
ROUNDS ?= 10
SEED ?= 1
NODES ?= 1
DOCKER ?= docker
IMAGE ?= omnistate:local
BASE ?=
MINUTES ?= 30
KAFKAS ?= 4.0.0 4.4.0
# What shows that a version of Kafka will do: transactions, fencing, administration, a worker's life.
smoke := tests/adapters/test_log_contract.py tests/cluster/test_broker.py tests/cluster/test_kafka_log.py \
	tests/cluster/test_topics.py tests/cluster/test_worker.py tests/cluster/test_against_replay.py
MERMAID := 11.12.0
bin := .venv/bin
# What there is of these: mypy refuses a path that does not exist.
typed := $(wildcard workers schemas tests bench deploy)
pins := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt
install := $(pins) $(bin)/python -m pip install --quiet --disable-pip-version-check --editable schemas --editable

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/.developer ## make .venv with everything that test, check and bench-core need
	@echo "Ready: make demo, make test, make check"

demo: .venv/.user ## run a small contact centre's day on the embedded log: nothing else to install or start
	@$(bin)/omnistate demo $(ARGS)

broker: .venv/.user ## run a real Kafka on localhost:9092 for trials, until Ctrl-C (ARGS="--port 9093")
	@$(bin)/python -m tests.harness.broker $(ARGS)

image: .venv/.user ## build the container image, compiled, without a network (IMAGE=omnistate:local BASE=an image with Python)
	@$(bin)/python -m deploy.image.wheels
	@$(DOCKER) build --network none --file deploy/image/Dockerfile $(if $(BASE),--build-arg BASE=$(BASE)) --tag $(IMAGE) .

live: .venv/.user ## a contact centre on real Kafka and Redis, and the board to watch it (ARGS="--speed 60")
	@$(bin)/python -m deploy.live $(ARGS)

chart: .venv/.user ## put the Helm chart together in build/chart, with its rules and dashboards
	@$(bin)/python -m deploy.chart_assembly

compiled: .venv-compiled/.user ## make .venv-compiled: the same commands, their hot part compiled (needs a C compiler)
	@.venv-compiled/bin/omnistate --version

test-fast: .venv/.developer ## run the tests that need no server, browser, network or compiler
	@$(bin)/pytest -n auto --dist worksteal -m 'not broker and not redis and not browser and not slow' $(ARGS)

test: .venv/.developer ## run all tests (ARGS="-k name" picks some)
	@$(bin)/pytest -n auto --dist worksteal -m 'not deploy and not dist' $(ARGS)

test-deploy: .venv/.developer ## build the image and run it; as root, with docker.io and mmdebstrap (ARGS="-k name" picks some)
	@$(bin)/pytest -n 0 -m deploy $(ARGS) tests/deploy

test-dist: .venv/.developer ## run what takes minutes: the source distribution, two releases, the pages that change a clone (ARGS="-k name")
	@$(bin)/pytest -n auto --dist worksteal -m dist $(ARGS)

test-pythons: .venv/.developer ## run the fast tests on each CPython from 3.11 on that this machine has (ARGS="--only 3.12")
	@$(bin)/python -m tests.harness.pythons $(ARGS)

test-brokers: .venv/.developer ## run the tests of worker, log and commands on the oldest and the newest Kafka that is promised
	@for version in $(KAFKAS); do \
		echo "Kafka $$version"; KAFKA_VERSION=$$version $(bin)/pytest --quiet $(ARGS) $(smoke) || exit 1; \
	done

chaos: .venv/.developer ## break workers, broker and Redis at random, and audit what is left (ROUNDS=10 SEED=1 NODES=1)
	@$(bin)/python -m tests.chaos --rounds $(ROUNDS) --seed $(SEED) --nodes $(NODES) $(ARGS)

soak: .venv/.developer ## keep a centre under steady load with churn, and look at what must stay flat (MINUTES=30)
	@$(bin)/python -m tests.soak --minutes $(MINUTES) --seed $(SEED) $(ARGS)

pictures: .venv/.developer ## photograph the board of a centre at work for the README (some seven minutes)
	@$(bin)/python -m tests.board.pictures $(ARGS)

check: .venv/.developer ## lint, formatting, types, architecture
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy $(typed)
	@$(bin)/lint-imports --no-logo

format: .venv/.developer ## format the code and mend what the linter can mend
	@$(bin)/ruff check --fix-only --quiet
	@$(bin)/ruff format

bench: .venv/.developer .venv-bench/.peers ## measure beside Faust, Quix Streams, Kafka Streams and bare clients (EVENTS=1000000 ROUNDS=3)
	@$(MAKE) --no-print-directory .venv-compiled/.user || \
		{ rm -rf .venv-compiled; echo 'Not compiled: that needs gcc and the headers of Python (python3-dev)' >&2; }
	@$(bin)/python -m bench $(ARGS)

bench-core: .venv/.user ## measure the core on this machine
	@$(bin)/python -m bench.core_pace $(ARGS)

bench-decoding: .venv/.user ## measure what an event costs to decode in each form that producers send (ARGS="--json")
	@$(bin)/python -m bench.decoding_pace $(ARGS)

bench-router: .venv/.developer ## measure a router on a real broker: offers a second, and from room to offer (ARGS="--seconds 60")
	@$(bin)/python -m bench.routing_load $(ARGS)

generate: .venv/.user ## write the JSON Schemas, the AsyncAPI document, the charts and the tables anew
	@$(bin)/python -m omnistate_schemas.generators.documents
	@$(bin)/python -m omnistate.cli.documents.law_document
	@$(bin)/python -m omnistate.cli.documents.ownership_document
	@$(bin)/python -m omnistate.cli.documents.operation_document
	@$(bin)/python -m omnistate.cli.documents.configuration_document
	@$(bin)/python -m omnistate.cli.documents.exit_status_document
	@$(bin)/python -m omnistate.cli.documents.openapi_document
	@$(bin)/python -m deploy.monitoring.rules
	@$(bin)/python -m deploy.monitoring.dashboards

docs: .venv/.writer build/mermaid/package/dist/mermaid.min.js ## build the documents as a site into build/site; a link that leads nowhere fails
	@NO_MKDOCS_2_WARNING=1 $(bin)/mkdocs build --strict
	@echo 'The site: build/site/index.html'

constraints: $(bin)/python ## resolve constraints.txt anew, to the newest versions that pyproject.toml allows
	@$(pins) $(bin)/python -m pip install --quiet --disable-pip-version-check uv
	@$(bin)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
		--group build --group pins --no-emit-package omnistate --no-emit-package omnistate-schemas --no-header --no-annotate \
		--no-emit-index-url --output-file constraints.txt pyproject.toml
	@wc -l < constraints.txt | xargs printf 'constraints.txt: %s pins\n'

clean: ## remove .venv and every cache
	@rm -rf .venv .venv-bench .venv-compiled .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	@find workers schemas tests $(wildcard bench deploy) -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough; a half-made .venv is taken away again.
$(bin)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv .venv && exit 0; rm -rf .venv; exit 1; \
		fi; \
	done; echo 'omnistate needs Python 3.11 or newer: make PYTHON=/path/to/python3 ...' >&2; exit 1

# The peers' own: their dependencies and ours would not agree.
.venv-bench/.peers: bench/requirements.txt bench/constraints.txt | $(bin)/python
	@echo 'Installing the peers of the benchmark into .venv-bench (once, about a minute) ...'
	@$(bin)/python -m venv --clear .venv-bench
	@PIP_CONSTRAINT=bench/constraints.txt .venv-bench/bin/python -m pip install --quiet \
		--disable-pip-version-check --requirement bench/requirements.txt
	@touch $@

# From a copy: what is compiled would lie beside the sources, and hide what is changed there.
.venv-compiled/.user: pyproject.toml schemas/pyproject.toml constraints.txt topics.yaml $(shell find workers schemas -name '*.py') | $(bin)/python
	@echo 'Compiling omnistate into .venv-compiled (once for each change, about a minute) ...'
	@rm -rf build/compiled && mkdir -p build/compiled
	@cp -R workers schemas topics.yaml pyproject.toml README.md LICENSE build/compiled
	@$(bin)/python -m venv --clear .venv-compiled
	@HATCH_BUILD_HOOK_ENABLE_MYPYC=true $(pins) \
		.venv-compiled/bin/python -m pip install --quiet --disable-pip-version-check \
		./build/compiled/schemas ./build/compiled
	@rm -rf build/compiled && touch $@

.venv/.writer: pyproject.toml schemas/pyproject.toml constraints.txt | $(bin)/python
	@echo 'Installing what builds the site into .venv (once, half a minute) ...'
	@$(install) '.[docs]'
	@touch $@

# One file with all that draws the charts, so that a page asks no other host for it.
build/mermaid/package/dist/mermaid.min.js:
	@command -v npm >/dev/null || { echo 'npm is needed to fetch mermaid: apt-get install npm' >&2; exit 1; }
	@rm -rf build/mermaid && mkdir -p build/mermaid
	@cd build/mermaid && npm pack --silent mermaid@$(MERMAID) >/dev/null && tar -xzf mermaid-$(MERMAID).tgz
	@touch $@

.venv/.user: pyproject.toml schemas/pyproject.toml constraints.txt | $(bin)/python
	@echo 'Installing omnistate into .venv (once, about a minute) ...'
	@$(install) '.[picture]'
	@touch $@

.venv/.developer: pyproject.toml schemas/pyproject.toml constraints.txt | $(bin)/python
	@echo 'Installing omnistate and its developer tools into .venv (once, about a minute) ...'
	@$(install) '.[picture,test,lint]'
	@touch .venv/.user $@
