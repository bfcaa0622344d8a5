"""Showing results: on the screen, in figures and in notebooks. Nothing here computes a result."""
