"""Stand-ins for the vault, the exchange and the figures, without a disk or a network.

`tests/fieldkit/test_vault_contract.py` runs one set of tests against these and the real vault, so that a screen
tested on a fake meets the same behaviour in the field.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fieldkit.conflicts.conflict_ports import Listed, Take, TwoVersions
from fieldkit.coordinator.attention_ports import Waiting
from fieldkit.coordinator.figure_ports import Asked, Behind, Explanation, Figure, FigureTable, Quality
from fieldkit.coordinator.oversight_ports import Handling, Receiver, Review, Safety
from fieldkit.exchanging.bundle_ports import BundleRead, BundleWritten
from fieldkit.ports import (
    ChangeState,
    Custody,
    Delivery,
    Desk,
    Draft,
    DraftState,
    DraftSummary,
    Estimate,
    FormKey,
    FormSummary,
    Lifecycle,
    Role,
    Stage,
    StoredSubmission,
    SubmissionSummary,
    SyncProgress,
    SyncReport,
    SyncStatus,
    VaultInfo,
    WaitingDevice,
)
from fieldkit.vault.problems import VaultProblem
from forms.definition import Definition
from forms.instances import ItemList
from forms.list_files import Element
from forms.myanmar import searchable
from forms.problems import FormProblem, Problem
from sync.wire import ReviewState

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, start: datetime = NOON) -> None:
        self.time = start
        self.days_ahead = 0

    def __call__(self) -> datetime:
        return self.time

    @property
    def computer_day(self) -> date:
        return (self.time - timedelta(days=self.days_ahead)).date()

    def set_today(self, day: date) -> None:
        computer_day = self.computer_day
        self.time += day - self.time.date()
        self.days_ahead = (day - computer_day).days

    def advance(self, **units: float) -> None:
        """Move on (or back) by the units of `timedelta`."""
        self.time += timedelta(**units)


def counted_ids(prefix: str = "id") -> Callable[[], str]:
    """Ids that a test can foresee: ``id-1``, ``id-2`` ..."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


@dataclass
class _Kept:
    """A draft in memory."""

    form: FormKey
    profile: str
    language: str
    revises: str | None
    changed_at: datetime
    answers: dict[str, str] = field(default_factory=dict)
    place: str = ""
    name: str = ""
    state: DraftState = DraftState.ERRORS
    saves: int = 0


class FakeLibrary:
    """Forms and lists given at the start, and those added since."""

    def __init__(
        self, definitions: Sequence[Definition] = (), lists: Mapping[str, ItemList] | None = None
    ) -> None:
        self._definitions = {
            FormKey(definition.form_id, definition.version): definition for definition in definitions
        }
        self._lists = dict(lists or {})

    def forms(self) -> list[FormSummary]:
        newest = {key.form_id: FormSummary(key, form.title) for key, form in self._definitions.items()}
        return sorted(newest.values(), key=lambda form: form.title)

    def too_new(self) -> list[FormSummary]:
        return []

    def before(self, form: FormKey) -> FormKey | None:
        versions = [key for key in self._definitions if key.form_id == form.form_id]
        place = versions.index(form) if form in versions else 0
        return versions[place - 1] if place else None

    def definition(self, form: FormKey) -> Definition:
        if form not in self._definitions:
            raise FormProblem("FORM-004", f"The form {form.form_id}, version {form.version}, is not here.")
        return self._definitions[form]

    def last_saved(self, definition: Definition, *, revises: str | None = None) -> dict[str, Element]:
        return {}

    def lists(self, definition: Definition, *, revises: str | None = None) -> dict[str, ItemList]:
        empty = ItemList(())
        return {list_id: self._lists.get(name, empty) for list_id, name in definition.external_lists.items()}

    def title(self, form: FormKey) -> str:
        return self._definitions[form].title if form in self._definitions else form.form_id


class FakeDrafts:
    """Drafts in memory. `fault`, when set, is what the next saves meet, such as a full disk."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        new_id: Callable[[], str] | None = None,
        library: FakeLibrary | None = None,
    ) -> None:
        self.kept: dict[str, _Kept] = {}
        self.fault: Problem | None = None
        self._now = now or FakeClock()
        self._new_id = new_id or counted_ids()
        self._library = library or FakeLibrary()

    def create(self, form: FormKey, *, profile: str, language: str, revises: str | None = None) -> str:
        draft = self._new_id()
        self.kept[draft] = _Kept(form, profile, language, revises, self._now())
        return draft

    def save(
        self,
        draft: str,
        changes: Sequence[tuple[str, str | None]],
        *,
        place: str,
        name: str,
        state: DraftState,
        language: str | None = None,
    ) -> Future[int]:
        answer: Future[int] = Future()
        fault = self.fault or (None if draft in self.kept else _missing())
        if fault is not None:
            answer.set_exception(fault)
            return answer
        kept = self.kept[draft]
        for key, value in changes:
            kept.answers.pop(key, None)
            if value is not None:
                kept.answers[key] = value
        kept.place, kept.name, kept.state, kept.changed_at = place, name, state, self._now()
        kept.language = kept.language if language is None else language
        kept.saves += 1
        answer.set_result(kept.saves)
        return answer

    def open(self, draft: str) -> Draft:
        if draft not in self.kept:
            raise _missing()
        kept = self.kept[draft]
        return Draft(
            draft, kept.form, kept.profile, kept.language, kept.place, dict(kept.answers), kept.revises
        )

    def discard(self, draft: str) -> None:
        self.kept.pop(draft, None)

    def summaries(self) -> list[DraftSummary]:
        listed = [
            DraftSummary(
                draft,
                kept.form,
                self._library.title(kept.form),
                kept.name,
                kept.state,
                kept.changed_at,
                kept.revises,
            )
            for draft, kept in self.kept.items()
        ]
        return sorted(listed, key=lambda draft: draft.changed_at, reverse=True)


class FakeSubmissions:
    """Submissions in memory, made from the drafts given."""

    def __init__(
        self,
        drafts: FakeDrafts,
        *,
        now: Callable[[], datetime] | None = None,
        new_id: Callable[[], str] | None = None,
        library: FakeLibrary | None = None,
        device: str = "d" * 32,
    ) -> None:
        self.stored: dict[str, StoredSubmission] = {}
        self._drafts = drafts
        self._now = now or FakeClock()
        self._new_id = new_id or counted_ids("submission")
        self._library = library or FakeLibrary()
        self._device = device

    def finalise(
        self, draft: str, *, name: str, open_part: Mapping[str, object], sealed_part: Mapping[str, object]
    ) -> str:
        if draft not in self._drafts.kept:
            raise _missing()
        revises = self._drafts.kept[draft].revises
        if revises is not None and self.open(revises).summary.lifecycle is not Lifecycle.FINALISED:
            raise _not_possible()
        kept = self._drafts.kept.pop(draft)
        submission = kept.revises or self._new_id()
        summary = SubmissionSummary(
            submission=submission,
            form=kept.form,
            title=self._library.title(kept.form),
            name=name,
            lifecycle=Lifecycle.FINALISED,
            delivery=Delivery.WAITING,
            reason="",
            custody=Custody.WHOLE,
            finalised_at=self._now(),
            opened=False,
            device=self._device,
        )
        self.stored[submission] = StoredSubmission(
            summary, self._new_id(), dict(open_part), dict(sealed_part)
        )
        return submission

    def summaries(
        self, *, form_id: str | None = None, search: str = "", limit: int = 50, offset: int = 0
    ) -> list[SubmissionSummary]:
        found = sorted(self._found(form_id, search), key=lambda summary: summary.submission)
        found.sort(key=lambda summary: summary.finalised_at, reverse=True)
        return found[offset : offset + limit]

    def count(self, *, form_id: str | None = None, search: str = "") -> int:
        return len(self._found(form_id, search))

    def open(self, submission: str) -> StoredSubmission:
        if submission not in self.stored:
            raise _missing()
        return self.stored[submission]

    def digests(
        self, form_id: str, digest: Callable[[Mapping[str, object], Mapping[str, object]], bytes]
    ) -> set[bytes]:
        return {
            digest(stored.open_part, stored.sealed_part)
            for stored in self.stored.values()
            if stored.summary.form.form_id == form_id
            and stored.summary.lifecycle is Lifecycle.FINALISED
            and stored.sealed_part is not None
        }

    def withdraw(self, submission: str) -> None:
        found = self.open(submission)
        if found.summary.delivery is None:
            raise _not_possible()
        self.put(replace(found, summary=replace(found.summary, lifecycle=Lifecycle.WITHDRAWN)))
        for draft in [draft for draft, kept in self._drafts.kept.items() if kept.revises == submission]:
            self._drafts.discard(draft)

    def correct(self, submission: str, *, saved: Mapping[str, str], language: str, profile: str) -> str:
        summary = self.open(submission).summary
        if summary.lifecycle is not Lifecycle.FINALISED or summary.custody is not Custody.WHOLE:
            raise _not_possible()
        for draft, kept in self._drafts.kept.items():
            if kept.revises == submission:
                return draft
        draft = self._drafts.create(summary.form, profile=profile, language=language, revises=submission)
        self._drafts.kept[draft].answers.update(saved)
        return draft

    def put(self, submission: StoredSubmission) -> None:
        """Place a submission as it is: one from another device, a quarantined one."""
        self.stored[submission.summary.submission] = submission

    def _found(self, form_id: str | None, search: str) -> list[SubmissionSummary]:
        wanted = searchable(search).strip()
        return [
            stored.summary
            for stored in self.stored.values()
            if form_id in (None, stored.summary.form.form_id)
            and (wanted in searchable(stored.summary.name) or wanted in searchable(stored.summary.title))
        ]


class FakeExchange:
    """A sync that reports what it was told to, or raises `fault`; `confirmed` lists whom it was told to confirm."""

    def __init__(
        self,
        status: SyncStatus | None = None,
        report: SyncReport | None = None,
        steps: Sequence[SyncProgress] = (),
        changes: Sequence[ChangeState] = (),
        devices: Sequence[WaitingDevice] = (),
    ) -> None:
        self.confirmed: list[str] = []
        self.listed = list(changes)
        """What became of each change; a test may say otherwise meanwhile."""
        self._devices = list(devices)
        self.present = status or SyncStatus(Stage.NO_SERVER, 0, 0, 0, None, 0)
        self.report = report or SyncReport(0, 0, 0, 0, 0, 0, 0, 0, 0)
        self.steps = steps
        self.fault: Problem | None = None
        self.is_there = True
        """Whether the server answers."""
        self.asked = 0
        """How often it was asked."""
        self.sent: list[Collection[str] | None] = []
        """What each sync was to send."""

    def status(self) -> SyncStatus:
        return self.present

    def changes(self) -> list[ChangeState]:
        return list(self.listed)

    def devices(self) -> list[WaitingDevice]:
        return [device for device in self._devices if device.device not in self.confirmed]

    def confirm(self, device: str) -> None:
        if device not in self.confirmed:
            self.confirmed.append(device)

    def estimate(self, only: Collection[str] | None = None) -> Estimate:
        going = [each for each in self.listed if only is None or each.submission in only]
        waiting = [each for each in going if each.delivery in (Delivery.WAITING, Delivery.SEALED)]
        return Estimate(len(waiting), 4_700 * len(waiting), 13.3 * len(waiting))

    async def probe(self) -> str:
        return "The server answers, and it is the project's."

    async def answers(self) -> bool:
        self.asked += 1
        return self.is_there

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        self.sent.append(only)
        for step in self.steps:
            progress(step)
        if self.fault is not None:
            raise self.fault
        return self.report


class FakeBundles:
    """A stick that holds what it was told to, or raises `fault`; `written` and `read_from` list the places."""

    def __init__(self) -> None:
        self.written: list[Path] = []
        self.read_from: list[Path] = []
        self.fault: Problem | None = None

    def write(
        self,
        place: Path,
        progress: Callable[[SyncProgress], None],
        *,
        only: Collection[str] | None = None,
        device: str = "",
        largest: int = 0,
    ) -> BundleWritten:
        progress(SyncProgress("Sealing", 0, 0))
        if self.fault is not None:
            raise self.fault
        self.written.append(place)
        return BundleWritten(("1f2e.dat",), 65_536, 3, 0, 0, 0, 0, for_server=True)

    def read(self, files: Sequence[Path], progress: Callable[[SyncProgress], None]) -> BundleRead:
        progress(SyncProgress("Reading", 0, 1))
        if self.fault is not None:
            raise self.fault
        self.read_from += files
        return BundleRead(1, 0, 2, 1, 0, 0, 3, 0, (), 0)


class FakeFigures:
    """Figures given at the start, whatever is asked."""

    def __init__(
        self,
        figures: Sequence[Figure] = (),
        coverage: Sequence[str] = (),
        table: FigureTable | None = None,
    ) -> None:
        self._figures = list(figures)
        self._coverage = coverage
        self._table = table or FigureTable("", (), (), ())

    def run(self, start: date, end: date, as_of: date, by: Sequence[str]) -> list[Figure]:
        return list(self._figures)

    def attendances(self, start: date, end: date, as_of: date, by: Sequence[str]) -> FigureTable:
        return self._table

    def coverage(self) -> Sequence[str]:
        return self._coverage


class FakeViews:
    """Figures given at the start, whatever is asked; `asked` remembers it."""

    def __init__(self, figures: Sequence[Figure] = (), behind: Sequence[Behind] = ()) -> None:
        self.asked: list[Asked] = []
        self.fault: Problem | None = None
        self._figures = list(figures)
        self._behind = list(behind)

    def groups(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        return [("reach", {"en": "Reach and inclusion"}), ("voice", {"en": "Voice and influence"})]

    def places(self) -> Sequence[tuple[str, str]]:
        return [("MMR001", "Kachin"), ("MMR003", "Kayin")]

    def table(self, asked: Asked) -> list[Figure]:
        self.asked.append(asked)
        if self.fault is not None:
            raise self.fault
        return [
            each for each in self._figures if asked.only is None or (each.indicator, each.part) == asked.only
        ]

    def explain(self, figure: Figure) -> Explanation:
        titles = {"en": figure.title}
        return Explanation(
            titles, titles, "", ("Said, and shown.",), ("visit 1",), "rows", "f", "f + m", {"f": "tot_f"}
        )

    def behind(self, asked: Asked, figure: Figure) -> list[Behind]:
        return [] if asked.readers is not None else list(self._behind)

    def quality(self, asked: Asked) -> Quality:
        return Quality(2, (24, 27), (1, 3), (4, 51), (1, 1), (2, 3), 0, 1)


class FakeAttention:
    """What waits, as given at the start; decisions are kept."""

    def __init__(self, waiting: Waiting | None = None) -> None:
        self.kept: dict[frozenset[str], date] = {}
        self._waiting = waiting or Waiting((), (), (), (), ())

    def waiting(self, today: date) -> Waiting:
        pairs = [
            replace(
                pair, kept=self.kept.get(frozenset((pair.first.submission, pair.second.submission)), None)
            )
            for pair in self._waiting.duplicates
        ]
        pairs.sort(key=lambda pair: pair.kept is not None)
        return replace(self._waiting, duplicates=tuple(pairs))

    def keep_both(self, first: str, second: str, today: date) -> None:
        self.kept[frozenset((first, second))] = today

    def undecide(self, first: str, second: str) -> None:
        self.kept.pop(frozenset((first, second)), None)


class FakeOversight:
    """Reviews in memory, of which nothing travels."""

    def __init__(self, *reviews: Review, changed_by: Role | None = None) -> None:
        self.reviews = list(reviews)
        self.changed_by = changed_by
        self.devices: list[Receiver] = []
        self.granted: list[tuple[str, str]] = []
        self.erased: list[str] = []

    def handling(self, submission: str) -> Handling:
        reviews = tuple(review for review in self.reviews if review.submission == submission)
        return Handling(self.changed_by, reviews, ())

    def returned(self) -> list[Review]:
        return [review for review in self.reviews if review.state is ReviewState.RETURNED]

    def review(
        self, submission: str, state: ReviewState, comment: str, questions: Sequence[str] = ()
    ) -> None:
        self.reviews.insert(0, Review(submission, "", state, comment, tuple(questions), NOON, False))

    def receivers(self, submission: str) -> list[Receiver]:
        return [replace(each, holds=(submission, each.device) in self.granted) for each in self.devices]

    def grant(self, submission: str, device: str) -> None:
        self.granted.append((submission, device))

    def erase(self, submission: str) -> None:
        self.erased.append(submission)

    def safety(self, submission: str | None = None) -> Safety:
        return Safety(0, 0, 0, 0)

    def beyond_reach(self, submission: str) -> list[str]:
        return ["backups of the server that are up to 30 days old"]


class FakeSettings:
    """Settings in memory."""

    def __init__(self, **values: object) -> None:
        self.values: dict[str, object] = dict(values)

    def get(self, name: str) -> object | None:
        return self.values.get(name)

    def keep(self, name: str, value: object | None) -> None:
        self.values.pop(name, None)
        if value is not None:
            self.values[name] = value


class FakeConflicts:
    """Submissions of which there are two versions, held as they are shown."""

    def __init__(self, *opened: TwoVersions, merged: Sequence[Listed] = ()) -> None:
        self.opened = {each.listed.submission: each for each in opened}
        self.merged = {each.submission: each for each in merged}
        self.finished: list[TwoVersions] = []

    def count(self) -> int:
        return len(self.opened)

    def listed(self) -> list[Listed]:
        return [*(each.listed for each in self.opened.values()), *self.merged.values()]

    def listed_one(self, submission: str) -> Listed | None:
        return next((each for each in self.listed() if each.submission == submission), None)

    def open(self, submission: str) -> TwoVersions:
        if submission not in self.opened:
            raise _missing()
        return self.opened[submission]

    def take(self, submission: str, place: str, taken: Take | None) -> TwoVersions:
        opened = self.open(submission)
        differences = tuple(
            replace(each, taken=taken) if each.place == place else each for each in opened.differences
        )
        self.opened[submission] = replace(opened, differences=differences)
        return self.opened[submission]

    def take_all(self, submission: str, taken: Take) -> TwoVersions:
        for each in self.open(submission).differences:
            self.take(submission, each.place, taken)
        return self.opened[submission]

    def finish(self, submission: str) -> str:
        self.finished.append(self.opened.pop(submission))
        return "merged"

    def merge(self) -> int:
        return 0

    def looked_at(self, submission: str) -> None:
        del self.merged[submission]


def make_desk(
    *definitions: Definition,
    lists: Mapping[str, ItemList] | None = None,
    role: Role = Role.RECORDER,
    practice: bool = False,
    roster: bool = False,
    language: str = "",
    exchange: FakeExchange | None = None,
    bundles: FakeBundles | None = None,
    figures: FakeFigures | None = None,
    views: FakeViews | None = None,
    attention: FakeAttention | None = None,
    oversight: FakeOversight | None = None,
    conflicts: FakeConflicts | None = None,
    settings: FakeSettings | None = None,
    clock: FakeClock | None = None,
    is_space_low: bool = False,
) -> Desk:
    """A desk of fakes that know one another; `desk.drafts` and the rest are the fakes themselves."""
    now = clock or FakeClock()
    library = FakeLibrary(definitions, lists)
    drafts = FakeDrafts(now=now, new_id=counted_ids("draft"), library=library)
    return Desk(
        info=VaultInfo("a" * 32, "River project", role, "d" * 32, practice, roster, language),
        drafts=drafts,
        submissions=FakeSubmissions(drafts, now=now, library=library),
        library=library,
        exchange=exchange or FakeExchange(),
        bundles=bundles or FakeBundles(),
        figures=figures or FakeFigures(),
        views=views or FakeViews(),
        attention=attention or FakeAttention(),
        oversight=oversight or FakeOversight(),
        conflicts=conflicts or FakeConflicts(),
        settings=settings or FakeSettings(),
        now=now,
        drain=lambda: None,
        is_space_low=lambda: is_space_low,
    )


def _missing() -> VaultProblem:
    return VaultProblem("VAULT-007", "There is no such draft or submission here.")


def _not_possible() -> VaultProblem:
    return VaultProblem("VAULT-010", "This can't be done with this submission. Nothing was changed.")
