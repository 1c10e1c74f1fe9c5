"""A list of lines that leaves Left and Right to its screen, which turns something by them."""

from __future__ import annotations

from textual.widgets import OptionList


class TurningList(OptionList, inherit_bindings=False):
    """An option list without the keys that scroll sideways: its lines end where the screen ends."""

    BINDINGS = OptionList.BINDINGS
