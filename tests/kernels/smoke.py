"""A short run of all device code, for the sanitizers of the CUDA toolkit.

    compute-sanitizer --tool racecheck python -m tests.kernels.smoke spectra

Every composition of the tests makes a few short views, with rows in shared and in global memory. The views are compared with the
CPU's, so that a run that makes nothing does not pass.
"""

import sys
from unittest.mock import patch

import numpy as np

from clrseries import lightcurves, spectra

from ..lightcurves import every_step as light_curve_steps
from ..spectra import every_step as spectrum_steps

KINDS = {
    "spectra": (spectra.Observe, spectrum_steps.spectra, spectrum_steps.compositions),
    "lightcurves": (lightcurves.Observe, light_curve_steps.stars, light_curve_steps.compositions),
}


def main(kind):
    from clrseries.kernels.cuda import driver

    observe, data, compositions = KINDS[kind]
    limit = driver.shared_limit()
    for name, steps in compositions().items():
        steps = [step for step in steps if not isinstance(step, spectra.Custom)]  # not kept on disk: half a minute more
        expected = observe(steps, "cpu")(data(), 2, 3)
        for where, size in (("shared", limit), ("global", 0)):
            with patch.object(driver, "shared_limit", lambda size=size: size):
                found = observe(steps, "cuda")(data(), 2, 3)
            for one, other in zip(found.inputs, expected.inputs, strict=True):
                np.testing.assert_allclose(one.cpu().numpy(), other, rtol=2e-5, atol=2e-5 * np.abs(other).max())
            print(f"{kind}, {name}, rows in {where} memory: as on the CPU", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
