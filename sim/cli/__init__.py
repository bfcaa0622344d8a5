"""The command ``jobcentre``: check a scenario, run it, compare it with others, and put questions to it."""

from sim.cli import experiments, inspect, run  # each adds its commands
from sim.cli.options import app

__all__ = ["app", "experiments", "inspect", "run"]
