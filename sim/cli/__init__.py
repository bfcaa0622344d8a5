"""The command ``jobcentre``: check a scenario, run it, compare it with others, and put questions to it."""

# isort: off
from sim.cli import inspect, run, experiments  # each adds its commands, in the order in which --help has them
# isort: on

from sim.cli.options import app

__all__ = ["app", "experiments", "inspect", "run"]
