"""Roles: what a person's device may do in a project. Owns the names only, so that anything may import them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a device may do in its project."""

    RECORDER = "recorder"
    """Records and corrects its own submissions."""
    TRAINER = "trainer"
    """Records workshops and follow-ups only; holds no project key."""
    COORDINATOR = "coordinator"
    """Reads everything, sealed parts included."""
