"""Prove the device code on many random compositions, and every step in every order of lanes.

python -m tests.kernels.emulator.sweep [--cases 400]
"""

import argparse

from clrseries import InputError, lightcurves, spectra

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps
from . import runtime, shapes
from .proof import prove

ORDERS = tuple(runtime.ORDERS)
KINDS = ((spectra.Observe, shapes.spectra), (lightcurves.Observe, shapes.light_curves))


def main() -> None:
    """Raise an AssertionError at the first thing that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=400, help="random compositions of each kind")
    options = parser.parse_args()
    for observe, compositions, series in (
        (spectra.Observe, spectrum_steps.compositions(), spectrum_steps.spectra()),
        (lightcurves.Observe, light_curve_steps.compositions(), light_curve_steps.stars()),
    ):
        for name, steps in compositions.items():
            prove(observe, steps, series, 3e-6, ORDERS)
            print(f"{observe.__module__}: {name}", flush=True)
    for observe, make in KINDS:
        tried = 0
        for number, steps, series in shapes.cases(make, 0, options.cases):
            try:
                observe(steps, backend="cpu")(series, views=2, seed=number)
            except InputError:
                continue
            try:
                prove(observe, steps, series, 1e-5, [ORDERS[number % len(ORDERS)]], seed=number)
            except AssertionError as error:
                raise AssertionError(f"random case {number} of {make.__name__}") from error
            tried += 1
        print(f"{tried} random compositions of {make.__name__}", flush=True)


if __name__ == "__main__":
    main()
