# Every target sets up what it needs on a fresh machine: Python >= 3.11 with venv, make and git are given.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
TRANSPORT ?= kinesis
KEEP ?=
ARGS ?=
# Processes that share the files of tests; somebody's own OpenSearch is for one only.
TESTERS ?= $(if $(OPENSEARCH_URL),0,2)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHECKOV := build/checkov
CODE := eventcore exporter lambdas kube_events sandbox bench scripts tests

.PHONY: help demo test cluster cluster-down test-cluster test-cluster-if-built test-search test-outages check fix test-infra package bench bench-exporter bench-filter bench-index lock chart dashboards image push-image deploy-values smoke smoke-clean clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(READY) ## run the whole pipeline on this machine (TRANSPORT=kinesis|eventbridge, KEEP=1, KUBECONFIG=…)
	@$(BIN)/python -m sandbox.demo --transport $(TRANSPORT) $(if $(KEEP),--keep) $(ARGS)

test: $(READY) ## all tests: unit, property, functional, packaged, Terraform, one end-to-end run
	@$(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadfile --cov --cov-report= $(ARGS)
	@$(BIN)/python -m coverage report --format=total | sed 's/^/coverage of what runs in production, in percent: /'

cluster: $(READY) ## a real Kubernetes control plane on this machine, without containers (the first time builds for 6 minutes)
	@$(BIN)/python -m sandbox.control_plane up

cluster-down: $(READY) ## end it, and remove its state
	@$(BIN)/python -m sandbox.control_plane down

test-cluster: $(READY) ## the exporter against a real kube-apiserver, with faults (CHAOS_SECONDS=600 for the long chaos)
	@$(BIN)/python -m sandbox.control_plane build
	@$(BIN)/python -m pytest -m cluster tests/cluster $(ARGS)

test-cluster-if-built: $(READY) ## the same where a control plane has been built before; else say that it is skipped
	@if $(BIN)/python -m sandbox.control_plane built; then $(MAKE) --no-print-directory test-cluster; \
	  else echo 'SKIPPED: make test-cluster, because the cache of this machine has no control plane (make cluster builds one)'; fi

test-search: $(READY) ## the tests of the index against OpenSearch 2.19 and 3.4, each without and with security (ARGS='-k access')
	@$(BIN)/python -m scripts.search_tests $(ARGS)

test-outages: $(READY) ## OpenSearch killed for 2 minutes, throttling for 1, read-only for 2, with bad documents in the flow
	@OUTAGE_MINUTE=60 $(BIN)/python -m pytest tests/end_to_end/test_outages.py -o log_cli=true -o log_cli_level=INFO $(ARGS)

check: $(READY) $(CHECKOV)/.ready ## formatting, lint, types, layers, Terraform
	@echo '• ruff' && $(BIN)/ruff format --check --quiet $(CODE) && $(BIN)/ruff check --quiet $(CODE)
	@echo '• mypy' && $(BIN)/mypy --no-error-summary
	@echo '• import-linter' && $(BIN)/lint-imports --no-logo > build/lint-imports.log || { cat build/lint-imports.log; exit 1; }
	@echo '• locks' && $(BIN)/python -m scripts.locks check
	@echo '• terraform' && $(BIN)/python -m sandbox.terraform check
	@echo '• checkov' && $(CHECKOV)/bin/checkov -d infra --framework terraform --config-file .checkov.yaml --compact --quiet --skip-download
	@echo 'all checks passed'

fix: $(READY) ## format and repair what a machine can repair
	@$(BIN)/ruff check --fix-only --quiet $(CODE)
	@$(BIN)/ruff format --quiet $(CODE)
	@terraform fmt -recursive infra

test-infra: $(READY) ## terraform test: plans with the real provider, no network
	@$(BIN)/python -m sandbox.terraform test

package: $(READY) ## build the functions' zips for a release (python3.13, arm64) and the command's wheel
	@$(BIN)/python -m scripts.package_lambdas --target release
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --out-dir dist . && ls dist

bench: $(READY) ## measure import times and throughput, as ratios within one run
	@$(BIN)/python -m bench $(ARGS)

bench-exporter: $(READY) ## measure the exporter in bursts, outages and restarts (PEER=a kubernetes-event-exporter, ARGS='--case kill')
	@$(BIN)/python -m bench exporter $(if $(PEER),--peer $(PEER)) $(ARGS)

bench-filter: $(READY) ## measure what filter_events takes of a processor for 500 events and 100 rules, beside a linear scan
	@$(BIN)/python -m bench filter $(ARGS)

bench-index: $(READY) ## measure the index: the whole handler against a bare loop, memory, bytes per million (ARGS='--no-storage')
	@$(BIN)/python -m bench index $(ARGS)

lock: $(READY) ## pin every group of pyproject.toml again, with hashes and without registry addresses
	@$(BIN)/python -m scripts.locks write

chart: $(READY) ## write what is made from the chart: its schema of the settings, the manifests for kubectl
	@$(BIN)/python -m scripts.chart write

dashboards: $(READY) ## build the saved objects of OpenSearch Dashboards from opensearch/dashboards/*.yaml
	@$(BIN)/python -m scripts.dashboards write

image: $(READY) ## build the exporter's image for this machine's processor, with docker (TAG=…, BASE=…)
	@$(BIN)/python -m scripts.image build $(if $(TAG),--tag $(TAG)) $(if $(BASE),--base $(BASE))

push-image: $(READY) ## build the exporter's image for arm64 and amd64 and push it (REPOSITORY=…, TAG=…, BASE=…)
	@$(BIN)/python -m scripts.image push $(REPOSITORY) $(if $(TAG),--tag $(TAG)) $(if $(BASE),--base $(BASE))

deploy-values: $(READY) ## write the chart's values for each cluster from Terraform's outputs (DIR=…, IMAGE=…)
	@$(BIN)/python -m scripts.deploy_values $(or $(DIR),infra/examples/minimal) $(if $(IMAGE),--image $(IMAGE))

smoke: $(READY) ## put three workloads that go wrong into the cluster of KUBECONFIG (NAMESPACE=…, RULES=…, IMAGE=…)
	@$(BIN)/python -m scripts.smoke run $(if $(NAMESPACE),--namespace $(NAMESPACE)) $(if $(RULES),--rules $(RULES)) \
	  $(if $(IMAGE),--image $(IMAGE))

smoke-clean: $(READY) ## remove from the cluster what smoke made there (NAMESPACE=…)
	@$(BIN)/python -m scripts.smoke clean $(if $(NAMESPACE),--namespace $(NAMESPACE))

clean: ## remove what the other targets made in this folder
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

$(READY): requirements/dev.txt requirements/uv.txt
	@$(PYTHON) -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'error: Python 3.11 or newer with its venv module is needed; say which by PYTHON=…' >&2; exit 1; }
	@echo '• setting up $(VENV) from requirements/dev.txt'
	@$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@mkdir -p build && touch $@

$(CHECKOV)/.ready: requirements/checkov.txt | $(READY)
	@echo '• setting up $(CHECKOV) from requirements/checkov.txt'
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CHECKOV)
	@$(BIN)/uv pip install --quiet --python $(CHECKOV)/bin/python --require-hashes --requirement requirements/checkov.txt
	@touch $@
