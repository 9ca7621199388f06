# Kho. `make demo` thử ngay, `make test` kiểm thử / `make demo` to try, `make test` to test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test check bench bench-large parity crash crash-index fuzz lock clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

demo: install
	@$(BIN)/kho demo $(if $(ONCE),--once)

test: install
	@$(BIN)/python -m pytest

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(BIN)/python -m pytest

bench: install
	$(BIN)/python -m bench

bench-large: install
	$(BIN)/python -m bench --large 2500000 --kills 10

# The same 2,000 questions to Tantivy and to both series of Elasticsearch, over 100,000 records.
parity: install
	$(BIN)/python -m tests.index.elasticsearch.parity $(or $(RECORDS),100000) $(or $(QUESTIONS),2000)

# ``make crash CRASHES=2/4`` tries the second of four shares of all crashes.
crash: install
	KHO_KILLS=300 KHO_CRASHES=$(or $(CRASHES),all) KHO_POWER_LOSSES=20000 KHO_MUTATIONS=all KHO_HISTORIES=300 $(BIN)/python -m pytest -s tests/commands/test_kill.py tests/crash tests/harvester/test_histories.py

# Only the embedded index, at every call of an update, a rebuilding with its swap and a rollback; into bench/RESULTS.md.
crash-index: install
	$(BIN)/python -m bench --killed

HOURS ?= 2
fuzz: install
	$(BIN)/python -m tests.fuzz.reading whole .fuzz/whole -max_total_time=$$(($(HOURS) * 1800))
	$(BIN)/python -m tests.fuzz.mapping .fuzz/mapping -max_total_time=$$(($(HOURS) * 1800))

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements.lock --quiet

clean:
	rm -rf .venv .demo data .mypy_cache .ruff_cache .pytest_cache .fuzz
