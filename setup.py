"""The one thing that setup.cfg cannot say: the shipped scenarios, which lie at the top level of the checkout,
are installed inside the package, as `dynsim/scenarios`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["dynsim", "dynsim.*"]), "dynsim.scenarios"],
    package_dir={"dynsim.scenarios": "scenarios"},
    package_data={"": ["py.typed", "*.css", "*.html", "*.js", "*.json", "*.yaml"]},
)
