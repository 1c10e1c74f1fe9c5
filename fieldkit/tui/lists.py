"""Owns filling a list anew while somebody stands in it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widgets import OptionList
from textual.widgets.option_list import Option


def refill(listed: OptionList, options: Iterable[Option]) -> None:
    """Put other options into a list; the cursor stays on its option, else at its place, else on the first."""
    place, option = listed.highlighted, listed.highlighted_option
    listed.clear_options()
    listed.add_options(options)
    ids = [each.id for each in listed.options]
    if option is not None and option.id is not None and option.id in ids:
        listed.highlighted = ids.index(option.id)
    elif place is not None and listed.option_count:
        listed.highlighted = min(place, listed.option_count - 1)
    if listed.highlighted is None or listed.options[listed.highlighted].disabled:
        listed.action_first()
