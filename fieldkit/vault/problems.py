"""What can go wrong with a vault that a person can act on."""

from __future__ import annotations

from typing import ClassVar

from forms.problems import ExitCode, Problem


class VaultProblem(Problem):
    """A vault that can't be opened, read or written."""

    exit_code = ExitCode.VAULT
    catalogue: ClassVar[dict[str, str]] = {
        "VAULT-001": "The passphrase does not open this vault.",
        "VAULT-002": "Another program has this vault open.",
        "VAULT-003": "The disk is full.",
        "VAULT-004": "The store or its key file is damaged.",
        "VAULT-005": "The vault was written by a newer version of this program.",
        "VAULT-006": "There is no vault in this directory, or there already is one.",
        "VAULT-007": "There is no such draft or submission.",
        "VAULT-008": "The passphrase is too easy to guess.",
        "VAULT-009": "The vault is closed.",
        "VAULT-010": "This can't be done with this submission.",
        "VAULT-011": "The vault's files can't be read or written.",
        "VAULT-012": "Only a coordinator's vault can do this.",
        "VAULT-013": "The device is not one that a submission can be handed to.",
    }
