# make demo   the whole story on real stars: a page in demo/report/index.html
# make demo-curves   the same on variable stars: demo-curves/report/index.html
# make test   every test
# make bench  kernels beside their peers
# make docs   the gallery and the roofline in docs/
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
MANGADAP = sdss-mangadap==4.5.0
OUTPUT ?= demo

.PHONY: demo demo-curves test bench docs lint clean

demo: $(VENV)/.ready
	$(BIN)/clrseries demo --output $(OUTPUT) --overwrite

demo-curves: $(VENV)/.ready
	$(BIN)/clrseries demo --lightcurves --output demo-curves --overwrite

test: $(VENV)/.ready
	$(BIN)/python -m pytest

bench: $(VENV)/.ready
	$(BIN)/python benchmarks/resampling.py
	$(BIN)/python benchmarks/chain.py
	$(BIN)/python benchmarks/curves.py
	$(BIN)/python benchmarks/losses.py

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

clean:
	rm -rf $(VENV) demo demo-curves build dist *.egg-info
