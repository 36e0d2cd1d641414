"""The one thing that setup.cfg cannot say: the shipped scenarios and experiments, which lie at the top level
of the checkout, are installed inside the package, as `dynsim/scenarios`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["dynsim", "dynsim.*"]), "dynsim.scenarios", "dynsim.scenarios.experiments"],
    package_dir={"dynsim.scenarios": "scenarios", "dynsim.scenarios.experiments": "scenarios/experiments"},
    package_data={"": ["py.typed", "*.css", "*.html", "*.js", "*.json", "*.yaml"]},
)
