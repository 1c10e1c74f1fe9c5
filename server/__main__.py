"""The entry of the server's program: one command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from server.commands.arguments import parser
from server.edge import guarded


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line; its exit code."""
    parsed = parser().parse_args(arguments)
    return guarded(lambda: int(parsed.run(parsed)), as_json=parsed.json)


if __name__ == "__main__":
    sys.exit(main())
