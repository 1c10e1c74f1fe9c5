"""The functions of the language: XPath 1.0 and ODK XForms, by subject.

Owns what each function computes; the compiler owns how arguments reach it. Invariant: `LIBRARY` is complete once
this package is imported.
"""

from forms.xpath.library import choices, clocks, geography, logic, nodes, numbers, texts
from forms.xpath.library.signatures import LIBRARY, Function, Parameter

__all__ = [
    "LIBRARY",
    "Function",
    "Parameter",
    "choices",
    "clocks",
    "geography",
    "logic",
    "nodes",
    "numbers",
    "texts",
]
