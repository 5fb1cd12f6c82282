"""The house may be rebuilt; what it computes stays: views, parameters and embeddings as they were recorded."""

import json

import numpy as np
import pytest
import torch

from . import bits

RECORD = json.loads(bits.RECORD.read_text())
CASES = bits.compositions() | bits.encoders()
SAME_MACHINE = bits.machine() == RECORD["machine"]
# elsewhere numbers agree to 1e-6 of the largest, but for this one, where a phase of many turns is rounded otherwise
# (measured with code for a processor without vector instructions)
LOOSER = {"spectra: Fringe": 2e-6}
ENCODED = 5e-6  # the views that enter an encoder are rounded to single precision, by each processor in its own way


def test_every_case_is_recorded():
    assert set(CASES) == set(RECORD["cases"])


@pytest.mark.parametrize("name", CASES)
def test_bits_are_the_same_here_and_numbers_elsewhere(name):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    made = CASES[name]()
    torch.set_num_threads(threads)
    recorded = RECORD["cases"][name]
    assert set(made) == set(recorded)
    for key, array in made.items():
        found, wanted = bits.described(array), recorded[key]
        assert found["shape"] == wanted["shape"], key
        if SAME_MACHINE:
            assert found["sha256"] == wanted["sha256"], key
        elif (double := f"{key}, float64") in made:  # how single precision rounds is the processor's own
            np.testing.assert_allclose(array, made[double], rtol=0, atol=3e-5 * wanted["largest"], err_msg=key)
            continue
        some, expected = (np.array(one["some"], float) for one in (found, wanted))
        usual = ENCODED if name.startswith("encoder: ") else 1e-6
        tolerance = LOOSER.get(name, usual) * max(wanted["largest"], 1e-300)
        np.testing.assert_allclose(some, expected, rtol=1e-6, atol=tolerance, err_msg=key)
