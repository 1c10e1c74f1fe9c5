"""An app from which nothing leaves by a side door: no clipboard of the system, no printed trace.

Leaves what is shown to `FieldApp`. Invariant: a bug ends the app without a word of what was on the screen.
"""

from __future__ import annotations

from textual.app import App
from textual.worker import WorkerFailed

from fieldkit.endings import Ending


class SilentApp(App[Ending], inherit_bindings=False):
    """Textual's app without the ways on which values would leave the process."""

    @property
    def fault(self) -> Exception | None:
        """The bug that ended the interface; None when there was none."""
        error = self._exception
        return (
            error.error if isinstance(error, WorkerFailed) and isinstance(error.error, Exception) else error
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Keep what was cut for pasting in here only: the system's clipboard would outlive the lock."""
        self._clipboard = text

    def panic(self, *renderables: object) -> None:
        """Close without printing: what Textual would print holds values."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
