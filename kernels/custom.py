"""A step of the user's own, between calibration and noise.

It is one function of seven arguments, compiled to the type below::

    def vignette(flux, ivar, wavelength, parameters, normal, lane, lanes):
        for j in range(lane, len(flux), lanes):
            flux[j] *= np.float32(1) - np.float32(parameters[0]) * ...

`flux` and `ivar` (float32, P) are changed in place; `wavelength` (float32, P) [Angstrom];
`parameters` (float64) are the step's own draws; `normal` (float32, P) are standard normal deviates that
belong to this view and step. Loops run from `lane` by `lanes`, and no pixel may depend on what the loop
wrote to another: on a GPU many lanes run it at once.
"""

from numba import cfunc, njit, types

SAMPLES = types.float32[::1]
SIGNATURE = types.void(SAMPLES, SAMPLES, SAMPLES, types.float64[::1], SAMPLES, types.int64, types.int64)


def first_class(function):
    """`function` (plain or ``@njit``) as a first-class function that the compiled kernel calls by its address."""
    return cfunc(SIGNATURE, nopython=True, error_model="numpy")(getattr(function, "py_func", function))


@njit
def nothing(flux, ivar, wavelength, parameters, normal, lane, lanes):
    """The step of a composition that has none."""
