"""What is left of a list of choices when words are typed to find one.

Owns the words typed and which choices hold them; drawing and marking are for `choices`. Invariant: the choices keep
their order, but those that begin with the words stand first.
"""

from __future__ import annotations

from collections.abc import Sequence

from forms.interview import ChoiceView
from forms.myanmar import searchable


class Narrowing:
    """Choices, narrowed by what was typed."""

    def __init__(self, choices: Sequence[ChoiceView] = ()) -> None:
        self.all = tuple(choices)
        """Every choice on offer."""
        self.left = self.all
        """Those that hold what was typed."""
        self.typed = ""
        self._keys: tuple[str, ...] = ()

    def type(self, words: str) -> None:
        """Narrow the choices to these words; none leave all of them."""
        self.typed = words
        wanted = searchable(words).strip()
        if not wanted:
            self.left = self.all
            return
        keys = self._searchable()
        found = [place for place, key in enumerate(keys) if wanted in key]
        found.sort(key=lambda place: not keys[place].startswith(wanted))
        self.left = tuple(self.all[place] for place in found)

    def goes_on(self, character: str) -> bool:
        """Whether a choice holds what was typed with this behind it; never where nothing was typed."""
        return bool(self.typed) and self.finds(self.typed + character)

    def finds(self, words: str) -> bool:
        """Whether any choice holds these words."""
        wanted = searchable(words).strip()
        return any(wanted in key for key in self._searchable())

    def _searchable(self) -> tuple[str, ...]:
        self._keys = self._keys or tuple(searchable(choice.label) for choice in self.all)
        return self._keys
