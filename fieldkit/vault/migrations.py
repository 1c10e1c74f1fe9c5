"""The tables of the vault, as numbered steps from an empty file to the present.

Owns the schema and its number (``PRAGMA user_version``). Invariant: one step is one transaction, a step that was
released never changes, and a store with a higher number than the last step is refused and left as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from fieldkit.vault.database import Connection, Database
from fieldkit.vault.problems import VaultProblem

_FIRST = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE forms (
    form_id TEXT NOT NULL, version TEXT NOT NULL, title TEXT NOT NULL, definition TEXT NOT NULL,
    digest TEXT NOT NULL, state TEXT NOT NULL, statement TEXT NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (form_id, version));
CREATE TABLE lists (name TEXT PRIMARY KEY, content TEXT NOT NULL, digest TEXT NOT NULL);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY, form_id TEXT NOT NULL, version TEXT NOT NULL, profile TEXT NOT NULL,
    language TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL,
    created_at TEXT NOT NULL, changed_at TEXT NOT NULL, saves INTEGER NOT NULL DEFAULT 0,
    revises TEXT REFERENCES submissions (id));
CREATE UNIQUE INDEX drafts_revises ON drafts (revises) WHERE revises IS NOT NULL;
CREATE TABLE answers (
    draft TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (draft, key)) WITHOUT ROWID;

CREATE TABLE submissions (
    id TEXT PRIMARY KEY, form_id TEXT NOT NULL, device TEXT NOT NULL, lifecycle TEXT NOT NULL,
    name TEXT NOT NULL, created_at TEXT NOT NULL, finalised_at TEXT NOT NULL, head TEXT NOT NULL,
    last_change TEXT);
CREATE INDEX submissions_by_time ON submissions (finalised_at DESC, id);
CREATE INDEX submissions_by_form ON submissions (form_id, finalised_at DESC, id);

CREATE TABLE revisions (
    id TEXT PRIMARY KEY, submission TEXT NOT NULL, parents TEXT NOT NULL, form_id TEXT NOT NULL,
    version TEXT NOT NULL, lifecycle TEXT NOT NULL, custody TEXT NOT NULL, device TEXT NOT NULL,
    recorded_at TEXT NOT NULL, sequence INTEGER, origin TEXT NOT NULL, verdict TEXT, opened_at TEXT,
    open_part TEXT NOT NULL, sealed_part TEXT);
CREATE INDEX revisions_by_submission ON revisions (submission);

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT, change_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    submission TEXT NOT NULL, revision TEXT NOT NULL, body TEXT NOT NULL, delivery TEXT NOT NULL,
    n INTEGER, segment TEXT, verdict TEXT, reason TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL);
CREATE INDEX outbox_by_delivery ON outbox (delivery, position);
CREATE INDEX outbox_by_segment ON outbox (segment);
CREATE INDEX outbox_by_submission ON outbox (submission);

CREATE TABLE segments (
    digest TEXT PRIMARY KEY, device TEXT NOT NULL, first_n INTEGER NOT NULL, last_n INTEGER NOT NULL,
    previous TEXT NOT NULL, audience TEXT NOT NULL, sealed_at TEXT NOT NULL, origin TEXT NOT NULL,
    state TEXT NOT NULL, receipt BLOB, content BLOB NOT NULL);
CREATE INDEX segments_by_device ON segments (device, first_n);

CREATE TABLE devices (
    id TEXT PRIMARY KEY, role TEXT NOT NULL, sign_key TEXT NOT NULL, age_recipient TEXT NOT NULL,
    certificate TEXT, words TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE statements (
    kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, jws TEXT NOT NULL,
    PRIMARY KEY (kind, name, version));
"""
_RELEASES = """
CREATE TABLE releases (
    id TEXT PRIMARY KEY, request TEXT NOT NULL UNIQUE, made_at TEXT NOT NULL,
    counted TEXT NOT NULL, evidence TEXT NOT NULL, content TEXT NOT NULL)
"""
_PROJECTIONS = """
CREATE TABLE stale (submission TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO stale SELECT id FROM submissions;

CREATE TABLE counted (submission TEXT PRIMARY KEY, in_group TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX counted_by_group ON counted (in_group);

CREATE TABLE projected (
    in_group TEXT NOT NULL, unit TEXT NOT NULL, month TEXT NOT NULL, first_day TEXT, last_day TEXT,
    codes TEXT NOT NULL, spreads TEXT NOT NULL, sums TEXT NOT NULL);
CREATE INDEX projected_by_group ON projected (in_group);
CREATE INDEX projected_by_month ON projected (month);

CREATE TABLE cells (
    unit TEXT NOT NULL, month TEXT NOT NULL, codes TEXT NOT NULL, rows INTEGER NOT NULL,
    spreads TEXT NOT NULL, sums TEXT NOT NULL, PRIMARY KEY (unit, month, codes)) WITHOUT ROWID
"""
_TRAVELS_DOWN = """
CREATE TABLE reviews (
    position INTEGER PRIMARY KEY, change_id TEXT NOT NULL UNIQUE, submission TEXT NOT NULL, revision TEXT NOT NULL,
    device TEXT NOT NULL, state TEXT NOT NULL, made_at TEXT NOT NULL, questions TEXT NOT NULL, comment TEXT NOT NULL);
CREATE INDEX reviews_by_submission ON reviews (submission);

CREATE TABLE grants (
    submission TEXT NOT NULL, device TEXT NOT NULL, PRIMARY KEY (submission, device)) WITHOUT ROWID;

CREATE TABLE erasures (
    submission TEXT PRIMARY KEY, device TEXT NOT NULL, erased_at TEXT NOT NULL,
    resealed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

ALTER TABLE segments ADD COLUMN generation INTEGER NOT NULL DEFAULT 0
"""
_SUCCESSIONS = """
CREATE TABLE successions (device TEXT PRIMARY KEY, predecessor TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX successions_by_predecessor ON successions (predecessor)
"""
_PACKED_PROJECTIONS = """
DROP TABLE projected;
CREATE TABLE projected (in_group TEXT NOT NULL, month TEXT NOT NULL, heads TEXT NOT NULL, sums BLOB NOT NULL);
CREATE INDEX projected_by_group ON projected (in_group);
CREATE INDEX projected_by_month ON projected (month);

DROP TABLE cells;
CREATE TABLE cells (
    unit TEXT NOT NULL, month TEXT NOT NULL, codes TEXT NOT NULL, rows INTEGER NOT NULL,
    spreads TEXT NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (unit, month, codes)) WITHOUT ROWID;

DELETE FROM counted;
INSERT OR IGNORE INTO stale SELECT id FROM submissions
"""
_WHAT_MAKES_STALE = (
    ("revisions", "INSERT", "NEW.submission"),
    (
        "revisions",
        "UPDATE OF submission, lifecycle, verdict, sequence, open_part, sealed_part",
        "NEW.submission",
    ),
    ("revisions", "DELETE", "OLD.submission"),
    ("submissions", "UPDATE OF lifecycle", "NEW.id"),
    ("submissions", "DELETE", "OLD.id"),
    ("outbox", "UPDATE OF delivery", "NEW.submission"),
    ("outbox", "DELETE", "OLD.submission"),
)
"""Table, what happens to it, and the submission concerned: whoever writes need not know of figures."""
_HEADS = """
ALTER TABLE revisions ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE revisions SET name = (SELECT name FROM submissions WHERE submissions.head = revisions.id)
    WHERE id IN (SELECT head FROM submissions);
ALTER TABLE drafts ADD COLUMN based_on TEXT;
UPDATE drafts SET based_on = (SELECT head FROM submissions WHERE submissions.id = drafts.revises);

CREATE VIEW acceptable AS
    SELECT id, submission, parents, lifecycle, name, recorded_at FROM revisions
    WHERE coalesce(verdict, '') <> 'quarantined' AND NOT EXISTS (
        SELECT 1 FROM outbox WHERE outbox.submission = revisions.submission AND outbox.revision = revisions.id
        AND outbox.delivery = 'quarantined' AND outbox.kind = 'revision');
CREATE VIEW heads AS
    SELECT r.submission, r.id, r.lifecycle FROM acceptable r WHERE NOT EXISTS (
        SELECT 1 FROM acceptable c JOIN json_each(c.parents) p ON p.value = r.id
        WHERE c.submission = r.submission);

CREATE TABLE conflicts (submission TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE choices (
    submission TEXT NOT NULL, heads TEXT NOT NULL, place TEXT NOT NULL, choice TEXT NOT NULL,
    PRIMARY KEY (submission, heads, place)) WITHOUT ROWID;
CREATE TABLE merges (revision TEXT PRIMARY KEY, submission TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;

INSERT INTO conflicts SELECT submission FROM heads GROUP BY submission
    HAVING count(*) > 1 AND max(lifecycle = 'finalised')
"""
_WHAT_CHANGES_HEADS = (
    (
        "revisions",
        "INSERT",
        "EXISTS (SELECT 1 FROM revisions WHERE submission = NEW.submission AND id <> NEW.id)",
        "NEW",
    ),
    ("revisions", "UPDATE OF verdict", "'quarantined' IN (OLD.verdict, NEW.verdict)", "NEW"),
    ("revisions", "DELETE", "1", "OLD"),
    ("outbox", "UPDATE OF delivery", "'quarantined' IN (OLD.delivery, NEW.delivery)", "NEW"),
)
"""Table, what happens to it, when it matters, and the row that names the submission."""
# Long columns stand last: a row whose beginning fits on its page is listed without reading its overflow pages.


def _statements(script: str) -> Callable[[Connection], None]:
    def run(connection: Connection) -> None:
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement)

    return run


def _keep_projections(connection: Connection) -> None:
    _statements(_PROJECTIONS)(connection)
    for table, happening, submission in _WHAT_MAKES_STALE:
        name = f"{table}_{happening.split()[0].lower()}_makes_stale"
        connection.execute(
            f"CREATE TRIGGER {name} AFTER {happening} ON {table}"  # noqa: S608
            f" BEGIN INSERT OR IGNORE INTO stale VALUES ({submission}); END"
        )


def _keep_heads(connection: Connection) -> None:
    _statements(_HEADS)(connection)
    for table, happening, matters, row in _WHAT_CHANGES_HEADS:
        name = f"{table}_{happening.split()[0].lower()}_changes_heads"
        connection.execute(
            f"CREATE TRIGGER {name} AFTER {happening} ON {table} WHEN {matters} BEGIN"  # noqa: S608
            f" DELETE FROM conflicts WHERE submission = {row}.submission;"
            f" INSERT INTO conflicts SELECT submission FROM heads WHERE submission = {row}.submission"
            " GROUP BY submission HAVING count(*) > 1 AND max(lifecycle = 'finalised'); END"
        )
    connection.execute(
        "CREATE TRIGGER revisions_insert_merges AFTER INSERT ON revisions"
        " WHEN json_array_length(NEW.parents) > 1 AND NEW.lifecycle = 'finalised'"
        " BEGIN INSERT OR IGNORE INTO merges VALUES (NEW.id, NEW.submission, 'new'); END"
    )


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _statements(_FIRST),
    _statements(_RELEASES),
    _keep_projections,
    _keep_heads,
    _statements(_TRAVELS_DOWN),
    _statements(_PACKED_PROJECTIONS),
    _statements(_SUCCESSIONS),
    _statements("ALTER TABLE revisions ADD COLUMN vouched_by TEXT"),
)
"""Step n brings a store from number n-1 to n."""


def schema_number(connection: Connection) -> int:
    """How many steps the store has taken; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(database: Database, steps: tuple[Callable[[Connection], None], ...] = MIGRATIONS) -> None:
    """Bring the store to the last step; nothing happens when it is there.

    Raises VaultProblem VAULT-005 for a store that a newer program wrote, VAULT-004 for one that can't be read.
    """
    present = database.read(schema_number)
    if present > len(steps):
        raise VaultProblem(
            "VAULT-005",
            "This vault was written by a newer version of fieldkit. Nothing in it was changed.",
            remedy="Install the newer version, then open it again.",
        )
    for number, step in enumerate(steps[present:], start=present + 1):

        def take(
            connection: Connection, step: Callable[[Connection], None] = step, number: int = number
        ) -> None:
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")

        database.write(take).result()
