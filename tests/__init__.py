"""Tests, one folder a package, and journeys across them."""
