"""A second, slow model written from docs/reference/rules.md alone, to hold the engine against."""
