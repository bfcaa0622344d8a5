"""The evidence for the model, run live and written to ``docs/validation.md`` by ``make validate``."""
