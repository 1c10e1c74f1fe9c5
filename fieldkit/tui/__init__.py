"""The terminal interface: screens that translate keys to one call on the desk, and messages to one change on a widget.

Must not know the database or the network; the desk is handed in (`fieldkit.ports`). No rule of a form is decided here.
"""
