# make demo   the full demonstration on real stars: a page in demo/report/index.html
# make demo-curves   the same on variable stars: demo-curves/report/index.html
# make test   every test, two files at a time (JOBS=4 make test: four; each takes up to 4 GB)
# make quick  the tests that are not slow
# make kills  runs over archives, each killed at 50 random moments and at every step of writing, and continued
# make emulate  the CUDA kernels on this CPU, lane by lane: every step and many random compositions (needs cc)
# make mutate   every barrier of the CUDA kernels removed in turn: is its absence noticed?
# make bench  kernels beside their peers
# make bench-science   ours beside what one would use instead, on public data: docs/leaderboard.md (needs $CLRSERIES_DATA)
# make weights   train, test and store the weights in the package: clrseries/weights/ (needs $CLRSERIES_DATA)
# make gpu    on a CUDA device: its tests, the sanitizers of the CUDA toolkit, and timings (docs/gpu.md)
# make docs   the gallery and the roofline in docs/
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
MANGADAP = sdss-mangadap==4.5.0
SNMACHINE = snmachine==2.0.0.post3
OUTPUT ?= demo
JOBS ?= 2
OLDEST_TESTS = tests/series tests/spectra tests/lightcurves tests/io tests/encoders tests/methods tests/training

.PHONY: demo demo-curves test quick kills oldest emulate mutate bench bench-science weights gpu docs lint clean

demo: $(VENV)/.ready
	$(BIN)/clrseries demo --output $(OUTPUT) --overwrite

demo-curves: $(VENV)/.ready
	$(BIN)/clrseries demo --lightcurves --output demo-curves --overwrite

test: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

quick: $(VENV)/.ready
	$(BIN)/python -m pytest -m "not slow"

kills: $(VENV)/.ready
	$(BIN)/python -m tests.archive.kill --rounds 50

# the tests on the oldest versions that pyproject.toml allows
oldest: .venv-oldest/.ready
	.venv-oldest/bin/python -m pytest -m "not slow" $(OLDEST_TESTS)

emulate: $(VENV)/.ready
	$(BIN)/python -m tests.kernels.emulator.sweep

mutate: $(VENV)/.ready
	$(BIN)/python -m tests.kernels.emulator.mutate

bench: $(VENV)/.ready
	$(BIN)/python benchmarks/resampling.py
	$(BIN)/python benchmarks/chain.py
	$(BIN)/python benchmarks/light_curves.py
	$(BIN)/python benchmarks/tricks.py
	$(BIN)/python benchmarks/losses.py

bench-science: $(VENV)/.ready
	$(BIN)/pip install --quiet --no-deps "$(SNMACHINE)"
	$(BIN)/clrseries benchmark all --output docs/leaderboard.md

SANITIZE = compute-sanitizer --error-exitcode 1 --tool

gpu: $(VENV)/.ready
	timeout 20 $(BIN)/python benchmarks/gpu.py --look
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[gpu]"
	timeout 330 $(BIN)/python -m pytest -m gpu
	@command -v compute-sanitizer > /dev/null || { echo "make gpu: compute-sanitizer of the CUDA toolkit is not on PATH"; exit 1; }
	for kind in spectra lightcurves; do for tool in memcheck racecheck synccheck; do \
		timeout 110 $(SANITIZE) $$tool $(BIN)/python -m tests.kernels.smoke $$kind || exit 1; done; done
	timeout 90 $(BIN)/python benchmarks/gpu.py
	timeout 90 $(BIN)/python benchmarks/gpu.py --archive

weights: $(VENV)/.ready
	$(BIN)/pip install --quiet --no-deps "$(SNMACHINE)"
	$(BIN)/python examples/weights/supernova_spectra.py
	$(BIN)/python examples/weights/stars.py
	$(BIN)/python examples/weights/variables.py
	$(BIN)/python examples/weights/transients.py

docs: $(VENV)/.ready
	$(BIN)/python examples/gallery.py --output docs/gallery.png
	$(BIN)/python benchmarks/roofline.py --output docs/roofline.md

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/.ready: pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[report,readers,dev]"
	$(BIN)/pip install --quiet --no-deps "$(MANGADAP)"
	touch $@

.venv-oldest/.ready: pyproject.toml setup.py constraints-oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/pip install --quiet --upgrade pip
	.venv-oldest/bin/pip install --quiet --constraint constraints-oldest.txt --editable ".[report]" \
		dust_extinction huggingface_hub hypothesis optuna pandas polars pytest pytorch-metric-learning spectres specutils
	.venv-oldest/bin/pip install --quiet --no-deps "$(MANGADAP)"
	touch $@

clean:
	rm -rf $(VENV) .venv-oldest demo demo-curves build dist *.egg-info
