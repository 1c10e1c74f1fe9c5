"""Compares what a crashed vault holds with what it had acknowledged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from fieldkit.vault.database import Connection, Database


def faults_of(database: Database, acknowledged: Iterable[str]) -> list[str]:
    """What was lost, doubled, half done or damaged; empty: nothing.

    `acknowledged` has the lines that `tests.crash.recording` said.
    """
    held, finalised = database.read(_held)
    said = [line.split() for line in acknowledged]
    saved_numbers = {int(number) for word, number in said if word == "saved"}
    finalised_names = {number for word, number in said if word == "finalised"}
    return (
        [f"answer {number} was acknowledged and is lost" for number in sorted(saved_numbers - set(held))]
        + [f"submission {name} was acknowledged and is lost" for name in finalised_names - set(finalised)]
        + [f"answer {number} stands in {times} places" for number, times in held.items() if times > 1]
        + [f"submission {name} waits {times} times" for name, times in finalised.items() if times != 1]
        + database.faults()
    )


def _held(connection: Connection) -> tuple[Counter[int], dict[str, int]]:
    """Each answer's number with how often it is held, and each submission's name with its places in the outbox."""
    answers = [value for (value,) in connection.execute("SELECT value FROM answers")]
    for (open_part,) in connection.execute("SELECT open_part FROM revisions"):
        answers += json.loads(open_part).values()
    waiting = connection.execute(
        "SELECT s.name, count(o.change_id) FROM submissions s LEFT JOIN outbox o ON o.revision = s.head GROUP BY s.id"
    )
    return Counter(map(int, answers)), dict(waiting.fetchall())
