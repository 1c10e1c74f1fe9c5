"""Forms run here and in ODK's own engine side by side; `python -m tests.conformance` prints every difference."""
