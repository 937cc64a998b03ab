# Ottla. `make quickstart` shows it at work; `make test` checks everything. Both install what is missing first.
SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
DEBS := zlib1g-dev libzstd-dev liblz4-dev libsnappy-dev libuv1-dev libssl-dev
TEST_DEBS := kcat python3-venv openssl zsh fish shellcheck mandoc
SWIFT ?= swift
RELEASE_SCRATCH := .build-release
# One static file: it starts faster and needs nothing of the machine that it runs on, not even the C library. Linked by the lld that comes with Swift:
# the GNU linkers warn of each function of the C library that would load more of it (getaddrinfo, dlopen), and what scrolls by unread hides what matters.
# What lld warns of is an error.
STATIC := $(if $(filter Linux,$(shell uname -s)),-Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker --fatal-warnings,)
# Functions in sections of their own: those that nobody calls are left out, and those that a start uses stand side by side (`make start-order`).
LAYOUT_FLAGS := $(if $(STATIC),-Xswiftc -Xfrontend -Xswiftc -function-sections -Xlinker --symbol-ordering-file=$(abspath Sources/ottla/start.order) -Xlinker --no-warn-symbol-ordering,)
WITH_SYMBOLS := -c release --scratch-path $(RELEASE_SCRATCH) $(STATIC) $(LAYOUT_FLAGS)
RELEASE_FLAGS := $(WITH_SYMBOLS) -Xlinker -s
BINARY := $(RELEASE_SCRATCH)/release/ottla
LOAD := $(RELEASE_SCRATCH)/release/load
WALLS := --explicit-target-dependency-import-check error
VENV := .build-venv
PYTHON := $(VENV)/bin/python
SWIFT_FILES := Package.swift Sources Tests Examples Benchmarks
EXAMPLE := .build/debug/produce-and-consume
FORWARD := .build/debug/forward-in-transactions
PLAYER := .build/debug/transaction-player
TOOLS := $(patsubst man/ottla-%.1,kafka-%,$(filter-out man/ottla-serve.1,$(wildcard man/ottla-*.1)))
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.DEFAULT_GOAL := build
.PHONY: deps test-debs test-deps build example release start-order test test-swift test-python sanitize sanitize-short parity golden-update quickstart install uninstall lint format generated bench simulate cluster-torture clean

deps: ## install the system libraries that are missing
	@missing=""; for p in $(DEBS); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; $(AS_ROOT) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y -qq $$missing >/dev/null; fi

test-debs:
	@missing=""; for p in $(TEST_DEBS); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; $(AS_ROOT) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y -qq $$missing >/dev/null; fi

test-deps: deps test-debs $(VENV)/ready

$(VENV)/ready: Tests/requirements.txt | test-debs
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r Tests/requirements.txt
	touch $@

build: deps ## debug build, warnings as errors
	$(SWIFT) build $(WALLS)

example: deps ## the programs that use the client library
	for program in $(EXAMPLE) $(FORWARD) $(PLAYER); do $(SWIFT) build $(WALLS) --product $$(basename $$program) || exit 1; done

release: deps ## one optimised file that needs neither Swift nor our libraries where it runs
	$(SWIFT) build $(WALLS) $(RELEASE_FLAGS) --product ottla

start-order: deps ## write anew what the release binary's start uses, after much of it has changed (x86-64 Linux)
	$(SWIFT) build $(WALLS) $(WITH_SYMBOLS) --product ottla
	python3 Tests/start_order.py $(BINARY)
	rm $(BINARY)

test: test-deps lint test-swift sanitize-short release generated test-python ## everything

test-swift: deps ## unit tests and simulations; a seed of these runs the same in every process
	$(SWIFT) build $(WALLS) --build-tests
	SWIFT_DETERMINISTIC_HASHING=1 $(SWIFT) test --skip-build --parallel

test-python: test-deps example ## golden output and integration; a file at a time in each of two processes, since tests wait more than they work
	OTTLA=$(abspath $(BINARY)) OTTLA_EXAMPLE=$(abspath $(EXAMPLE)) OTTLA_FORWARD=$(abspath $(FORWARD)) OTTLA_PLAYER=$(abspath $(PLAYER)) \
		$(PYTHON) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=20 -W ignore -c Tests/pytest.ini Tests/Golden Tests/Integration

SEEDS ?= 1-100

simulate: deps ## run SEEDS (1-100) of the simulations: real clients, a broker or a cluster of them, networks and disks that fail
	$(SWIFT) build $(WALLS) --product simulate
	SWIFT_DETERMINISTIC_HASHING=1 .build/debug/simulate $(SEEDS)

SEED ?= $(shell echo $$RANDOM$$RANDOM)
MINUTES ?= 10
LAYOUT ?= 1c+2k+1o

cluster-torture: test-deps release ## kill, suspend and restart the nodes of a cluster of Kafka's and our brokers for MINUTES (10), by SEED, in a LAYOUT (needs KAFKA_HOME)
	OTTLA=$(abspath $(BINARY)) PYTHONPATH=Tests $(PYTHON) -m Cluster --seed $(SEED) --minutes $(MINUTES) --layout $(LAYOUT)

sanitize: test-deps ## the integration tests on builds with the address sanitizer and with the thread sanitizer
	$(PYTHON) Tests/sanitize.py

sanitize-short: test-deps
	$(PYTHON) Tests/sanitize.py thread --short

parity: test-deps release ## all recorded commands through our tools and Kafka's, on our broker and Kafka's (needs KAFKA_HOME)
	OTTLA=$(abspath $(BINARY)) $(PYTHON) -m pytest -q -W ignore -c Tests/pytest.ini Tests/Golden
	OTTLA=$(abspath $(BINARY)) $(PYTHON) Tests/Golden/parity.py

golden-update: test-deps release ## play the recorded scripts, show what differs and write what our tools print otherwise to Tests/Golden/ours
	OTTLA=$(abspath $(BINARY)) $(PYTHON) Tests/Golden/update.py

quickstart: release
	@OTTLA=$(abspath $(BINARY)) bash Tests/quickstart.sh

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/ottla
	for t in $(TOOLS); do ln -sf ottla $(DESTDIR)$(PREFIX)/bin/$$t; ln -sf ottla $(DESTDIR)$(PREFIX)/bin/$$t.sh; done
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7/
	install -D -m 644 completions/ottla.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ottla
	for t in $(TOOLS); do ln -sf ottla $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; ln -sf ottla $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t.sh; done
	install -D -m 644 completions/_ottla $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ottla
	install -D -m 644 completions/ottla.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ottla.fish
	for t in $(TOOLS); do ln -sf ottla.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$t.fish; ln -sf ottla.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$t.sh.fish; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/ottla $(foreach t,$(TOOLS),$(DESTDIR)$(PREFIX)/bin/$(t) $(DESTDIR)$(PREFIX)/bin/$(t).sh)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard man/*.1)))
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man7/,$(notdir $(wildcard man/*.7)))
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ottla $(foreach t,$(TOOLS),$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$(t) $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$(t).sh)
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ottla
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ottla.fish $(foreach t,$(TOOLS),$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$(t).fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$(t).sh.fish)

lint: ## layout, and what is too long or left undone
	$(SWIFT) format lint --strict --recursive --parallel $(wildcard $(SWIFT_FILES))
	python3 Tests/tidy.py

format:
	$(SWIFT) format --in-place --recursive --parallel $(wildcard $(SWIFT_FILES))

generated: release ## man/, completions/ and docs/schemas/ are what the binary writes
	@rm -rf .build-generated && mkdir -p .build-generated
	@for kind in man completions schemas; do $(BINARY) generate $$kind .build-generated/$$kind || exit 1; done
	diff -r man .build-generated/man && diff -r completions .build-generated/completions && diff -r docs/schemas .build-generated/schemas

bench: release test-deps
	$(SWIFT) build $(RELEASE_FLAGS) $(WALLS) --product load
	OTTLA=$(abspath $(BINARY)) OTTLA_LOAD=$(abspath $(LOAD)) $(PYTHON) Benchmarks/run.py

clean:
	rm -rf .build .build-*
