"""The entry of the field program: a command, or the launcher of the interface.

Stays light: nothing of the interface, the vault or the network is loaded before it is known to be needed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line; returns its exit code."""
    from fieldkit.commands.arguments import parser

    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = parser(given).parse_args(given)
    from fieldkit.edge import guarded

    if parsed.command is None:
        from fieldkit.launcher import launch

        return guarded(lambda: launch(given))
    return guarded(lambda: int(parsed.run(parsed)), as_json=getattr(parsed, "json", False))


if __name__ == "__main__":
    sys.exit(main())
