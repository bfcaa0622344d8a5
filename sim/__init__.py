"""Jobcentre capacity simulator: a scenario file in; waiting times, job entries and their uncertainty out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("jobcentre-sim")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"
