"""What a person does about a change that the server refused, or that could not travel.

Owns the advice; the reasons are the server's (`server.judging`, `server.checking`) and `sync.planning`'s.
Invariant: there is something to do, or a word that there is nothing to do, for every reason, one not known here too.
"""

from __future__ import annotations

from sync.receipts import NO_LONGER_ACCEPTED

_ASK = "Ask a coordinator. It stays on this device."
_ADVICE = {
    "not allowed for this role": _ASK,
    "another device's submission": "Ask a coordinator to hand it to this device, then correct it once more.",
    "this revision is held with other content": "Open it (F3), correct it (F6), and sync again.",
    "its id is that of another submission's revision": "Open it (F3), correct it (F6), and sync again.",
    "unreadable": "Open it (F3), correct it (F6), and sync again.",
    NO_LONGER_ACCEPTED: "Ask a coordinator for a new invitation, and join again.",
    "addressed to a device that may not have it": "Sync once more, then try it again.",
    "a coordinator erased this submission": "Nothing is to be done: it was erased everywhere.",
    "unknown form": "Nothing is to be done: it is judged again when the server has the form.",
    "unknown list": "Nothing is to be done: it is judged again when the server has the list.",
}
_CORRECT = "Open it (F3), correct it (F6), and sync: the correction takes its place."
FIXED = (*sorted({*_ADVICE.values(), _CORRECT}),)
"""The words above, for the catalogues."""


def advice(reason: str) -> str:
    """What to do about a refusal; anything else than the reasons above is a rule of the form.

    >>> advice("unknown form")
    'Nothing is to be done: it is judged again when the server has the form.'
    """
    return _ADVICE.get(reason, _CORRECT)
