"""Call a step of the user's own, between calibration and noise.

The step is one function of seven arguments, compiled for ``SIGNATURE``::

    def vignette(flux, ivar, wavelength, parameters, normal, lane, lanes):
        for j in range(lane, len(flux), lanes):
            flux[j] *= np.float32(1) - np.float32(parameters[0]) * ...

It changes `flux` and `ivar` (float32, P) in place. `wavelength` (float32, P) holds the centers of the pixels [Angstrom],
`parameters` (float64) the numbers drawn for this step and view, and `normal` (float32, P) standard normal deviates of this
step and view. Loops must run from `lane` in steps of `lanes`, and no pixel may depend on what the loop has written to another
pixel, since on a GPU many lanes run it at once.
"""

from numba import cfunc, njit, types

SAMPLES = types.float32[::1]
SIGNATURE = types.void(SAMPLES, SAMPLES, SAMPLES, types.float64[::1], SAMPLES, types.int64, types.int64)


def first_class(function):
    """Compile a function to a first-class function, which the kernel on the CPU calls by its address.

    Parameters
    ----------
    function : function
        Plain or ``@njit``, with the arguments that the docstring of this file describes.

    Returns
    -------
    C function of Numba
    """
    return cfunc(SIGNATURE, nopython=True, error_model="numpy")(getattr(function, "py_func", function))


@njit
def nothing(flux, ivar, wavelength, parameters, normal, lane, lanes):
    """Do nothing: this stands for the step of the user's own where a composition has none."""
