"""What was written to a stick or read from one, in sentences for the screen and the command line alike."""

from __future__ import annotations

from fieldkit.exchanging.bundle_ports import BundleRead, BundleWritten
from fieldkit.tui.speech import many, say


def written_in_words(written: BundleWritten) -> list[str]:
    """What is on the stick, and that nothing counts as delivered by it."""
    changes = many(written.changes, "change")
    held = [
        (
            written.changes,
            say("{changes} for that device", changes=changes)
            if written.for_device
            else say("{changes} of yours", changes=changes),
        ),
        (
            written.notices,
            say("{notices} of what was opened here", notices=many(written.notices, "notice")),
        ),
        (written.carried, say("{count} of other devices", count=f"{written.carried:,}")),
        (written.receipts, many(written.receipts, "receipt")),
        (written.statements, say("forms, lists and keys: {count}", count=f"{written.statements:,}")),
    ]
    told = ", ".join(words for count, words in held if count) or say("nothing that is new")
    size = f"{written.length / 1024:,.0f}"
    lines = [
        say("Written: {files} ({size} KB): {told}.", files=", ".join(written.files), size=size, told=told)
    ]
    if written.changes:
        lines.append(say("It counts as delivered only when a receipt comes back; until then it stays here."))
        if not (written.for_server or written.for_device):
            lines.append(
                say("Only coordinators can open it; the server's key for bundles is not known here.")
            )
    if written.for_device:
        lines.append(say("Only that device and the coordinators can open it."))
    return lines


def read_in_words(read: BundleRead) -> list[str]:
    """What was new, what was not taken, and what still waits."""
    if not read.files and not read.unread:
        return [say("Nothing of this program is there. Is it the right stick, and the right folder on it?")]
    news = [
        (read.received, say("{count} received", count=f"{read.received:,}")),
        (read.opened, say("{count} opened", count=f"{read.opened:,}")),
        (read.receipts, say("{receipts} for this device", receipts=many(read.receipts, "receipt"))),
        (read.forms, say("forms and lists: {count}", count=f"{read.forms:,}")),
    ]
    told = ", ".join(words for count, words in news if count) or say("nothing was new")
    lines = [say("Read {files}: {told}.", files=many(read.files, "file"), told=told)]
    if read.own:
        lines.append(say("Written here, so for others: {count}.", count=f"{read.own:,}"))
    if read.held_back:
        lines.append(
            say("Waiting until their device is confirmed: {changes}.", changes=many(read.held_back, "change"))
        )
    if read.refused:
        lines.append(say("Left out, since they did not hold: {count}.", count=f"{read.refused:,}"))
    lines += [say("Not read: {problem}", problem=problem) for problem in read.unread]
    if read.missing:
        parts = ", ".join(str(part) for part in read.missing)
        lines.append(say("Parts are missing: {parts}. Read them too, in any order.", parts=parts))
    if read.waiting:
        lines.append(
            say("Still waiting for a receipt: {changes} of yours.", changes=many(read.waiting, "change"))
        )
    return lines
