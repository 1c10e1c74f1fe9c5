"""The examples in the docstrings of the form language hold."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "forms.codecs",
        "forms.codes",
        "forms.instances",
        "forms.xpath.parser",
        "forms.xpath.patterns",
        "forms.xpath.references",
        "forms.xpath.values",
    ],
)
def test_the_examples_of_a_module_hold(module: str) -> None:
    results = doctest.testmod(import_module(module))
    assert (results.failed, results.attempted > 0) == (0, True)
