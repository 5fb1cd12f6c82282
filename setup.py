"""The kernels stand beside the package in the source tree and inside it once installed."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["clrseries", "clrseries.*"]), "clrseries.kernels"],
    package_dir={"clrseries": "clrseries", "clrseries.kernels": "kernels"},
    package_data={"clrseries": ["py.typed"], "clrseries.augment": ["*.yaml"]},
)
