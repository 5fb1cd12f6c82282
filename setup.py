"""The kernels stand beside the package in the source tree and inside it once installed."""

from setuptools import find_packages, setup

KERNELS = find_packages(include=["kernels", "kernels.*"])

setup(
    packages=[*find_packages(include=["clrseries", "clrseries.*"]), *(f"clrseries.{name}" for name in KERNELS)],
    package_dir={"clrseries": "clrseries", "clrseries.kernels": "kernels"},
    package_data={
        "clrseries.spectra": ["*.yaml"],
        "clrseries.lightcurves": ["*.yaml"],
        "clrseries": ["py.typed", "*.pyi", "weights/*.json", "weights/*/*"],
        "clrseries.report": ["*.js", "*.css"],
    },
)
