"""Experiments: many replications of a scenario over workers, kept on disk, and scenarios compared."""
