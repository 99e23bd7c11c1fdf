# `make reproduce` runs the main job, `make test` passes the tests. Both need a Rust toolchain and a C
# compiler; as root on Debian the compiler is installed when it is absent.

CARGO ?= cargo
REPRO = target/debug/repro

.PHONY: reproduce test setup

reproduce: setup
	$(CARGO) build --locked
	@$(REPRO) reproduce; status=$$?; \
	if [ $$status -eq 5 ]; then \
	  echo; \
	  echo "Exit status 5: everything that could be computed agrees, and some items are missing (see the report)."; \
	  echo "That is the expected result before the authors' files are fetched, so this command counts it as success."; \
	elif [ $$status -ne 0 ]; then exit $$status; fi

test: setup
	$(CARGO) test --locked --workspace

setup:
	@command -v $(CARGO) >/dev/null || { echo "no cargo: install a Rust toolchain (https://rustup.rs), then run this again"; exit 1; }
	@command -v cc >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update && apt-get install -y build-essential; \
	  else echo "no C compiler: run 'apt-get install build-essential' as root (Debian) or 'xcode-select --install' (macOS), then run this again"; exit 1; fi; }
