"""Scenarios: what a run is told. Read, extended, checked, varied, written and explained here; nothing here simulates."""

from sim.scenario.assumptions import assumptions
from sim.scenario.changes import change
from sim.scenario.file import load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.schema import Scenario
from sim.scenario.writing import dump, fingerprint

__all__ = ["Problem", "Scenario", "ScenarioError", "assumptions", "change", "dump", "fingerprint", "load"]
