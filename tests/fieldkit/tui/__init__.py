"""Tests of the terminal interface, at 80x24."""
