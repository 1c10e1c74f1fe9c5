"""Runs the benchmarks named on the command line, or all of them, and prints one table."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from benchmarks import Row


def found() -> dict[str, str]:
    """The name of each benchmark and the module that holds it."""
    modules = [
        f"benchmarks.{module.name}"
        for module in iter_modules(benchmarks.__path__)
        if module.name != "__main__"
    ]
    return {
        import_module(module).NAME: module for module in modules if hasattr(import_module(module), "NAME")
    }


def main(asked: list[str]) -> int:
    """Print the rows of the benchmarks asked for; 2 when one of them does not exist."""
    modules = found()
    unknown = [name for name in asked if name not in modules]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(sorted(modules))}.")
        return 2
    for name in asked or sorted(modules):
        print(f"\n{name}")
        for row in import_module(modules[name]).run():
            print(_line(row))
    return 0


def _line(row: Row) -> str:
    return f"  {row.what:<72} {row.figure:>14}   {row.target}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
