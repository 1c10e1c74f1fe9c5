"""Where a passphrase comes from: a prompt, a file or a file descriptor. Never an argument, never the environment."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from fieldkit.problems import CommandProblem

MOST_BYTES = 4096
"""More than any passphrase; a larger file was named by mistake."""


def given(arguments: argparse.Namespace, prompt: str = "Passphrase: ") -> str:
    """The passphrase as one line without its line end.

    Raises CommandProblem CMD-001 when the file can't be read, CMD-002 when there is nobody to ask.
    """
    file, descriptor = getattr(arguments, "passphrase_file", None), getattr(arguments, "passphrase_fd", None)
    if file is not None:
        return from_file(file)
    if descriptor is not None:
        return _first_line(_bytes_of_descriptor(descriptor))
    if not sys.stdin.isatty():
        raise CommandProblem(
            "CMD-002",
            "A passphrase is needed and there is no terminal to ask on.",
            remedy="Name a file with --passphrase-file or a descriptor with --passphrase-fd.",
        )
    return getpass.getpass(prompt)


def chosen(arguments: argparse.Namespace) -> str:
    """A new passphrase: as given by file or descriptor, or asked for twice."""
    if (
        getattr(arguments, "passphrase_file", None) is None
        and getattr(arguments, "passphrase_fd", None) is None
    ):
        return asked_twice()
    return given(arguments)


def asked_twice() -> str:
    """A new passphrase from the terminal, with a suggestion. Raises CommandProblem CMD-002."""
    from fieldkit.vault.passphrases import suggested

    if not sys.stdin.isatty():
        raise CommandProblem(
            "CMD-002",
            "A new passphrase is needed and there is no terminal to ask on.",
            remedy="Name a file with --passphrase-file or a descriptor with --passphrase-fd.",
        )
    sys.stderr.write(f"A passphrase of five words resists long guessing, for example: {suggested()}\n")
    passphrase = getpass.getpass("Choose a passphrase: ")
    if getpass.getpass("The same once more: ") != passphrase:
        raise CommandProblem(
            "CMD-002", "The two passphrases differ; nothing was changed.", remedy="Give the command again."
        )
    return passphrase


def from_file(name: str) -> str:
    """The first line of a file. Raises CommandProblem CMD-001."""
    try:
        with Path(name).open("rb") as file:
            return _first_line(file.read(MOST_BYTES))
    except OSError as error:
        raise CommandProblem(
            "CMD-001",
            f"The passphrase file can't be read: {error.strerror}.",
            remedy="Check the name and that you may read it.",
        ) from None


def _bytes_of_descriptor(descriptor: int) -> bytes:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(MOST_BYTES)
    except OSError as error:
        raise CommandProblem(
            "CMD-001",
            f"The passphrase can't be read from descriptor {descriptor}: {error.strerror}.",
            remedy="Open it before the command starts.",
        ) from None


def _first_line(content: bytes) -> str:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CommandProblem(
            "CMD-001", "The passphrase is not UTF-8 text.", remedy="Save the file as UTF-8 and try again."
        ) from None
    return lines[0] if lines else ""
