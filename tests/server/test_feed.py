"""The feed and the statements.

1. A coordinator sees everything, in order.
2. A recorder sees statements for everyone, its own certificate, and segments and receipts meant for it; nothing else.
3. Pages follow each other without a gap or a repeat.
4. Another epoch means from the beginning; a checkpoint beyond the end is refused.
5. Statements are taken all or none, by who may sign them; a form version never changes.
6. A later list judges again what waited for it; one that another process publishes is noticed, too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import httpx
import pytest

from server.publishing import publish
from server.resources import feed as feed_resource
from server.world import open_world
from sync.feeds import Page, read_page
from sync.identity import SigningKey
from sync.messages import HELD, segment_path
from sync.segments import read, sealed_block
from sync.statements import Certificate, ListStatement, ServerCertificate, read_claim, sign_statement
from sync.wire import ChangeKind
from tests.server.worlds import MEETING, SEALED_MARKER, Device, Project, finalised, verdicts


async def page_of(project: Project, device: Device, query: str = "") -> Page:
    reply = await project.get(device, f"/v1/feed{query}")
    assert reply.status_code == 200, reply.text
    return read_page(reply.content)


def kinds(page: Page) -> Counter[str]:
    return Counter(entry.kind.value for entry in page.entries)


async def test_a_coordinator_sees_everything(project: Project) -> None:
    coordinator = await project.coordinator()
    device, other = await project.recorder(), await project.recorder()
    await project.pushed(device, finalised())
    await project.pushed(other, finalised())
    page = await page_of(project, coordinator)
    # recipients, coordinator, server and form; three devices; two segments with their receipts
    assert kinds(page) == {"statement": 4, "device": 3, "segment": 2, "receipt": 2}
    assert [entry.sequence for entry in page.entries] == list(range(1, 12))


async def test_a_recorder_sees_nothing_of_others(project: Project) -> None:
    coordinator = await project.coordinator()
    device, other = await project.recorder(), await project.recorder()
    await project.pushed(other, finalised())
    notice = finalised(kind=ChangeKind.OPENED, sealed_part=None, open_part={})
    await project.pushed(coordinator, notice, audience=device.id)
    await project.pushed(coordinator, notice, audience=other.id)
    await project.publish(coordinator, *(project.certificate_of(each) for each in (device, other)))
    page = await page_of(project, device)
    assert kinds(page) == {"statement": 5, "segment": 1}
    (segment,) = [read(entry.body) for entry in page.entries if entry.kind == "segment"]
    assert segment.header.audience == device.id


async def test_a_coordinator_opens_what_a_recorder_sealed(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    await project.pushed(device, finalised())
    page = await page_of(project, coordinator)
    (segment,) = [read(entry.body) for entry in page.entries if entry.kind == "segment"]
    sealed = sealed_block(segment, coordinator.age)
    assert sealed is not None
    (part,) = sealed.parts
    assert part.sealed_part == {"who": SEALED_MARKER}


async def test_pages_follow_each_other_without_gap_or_repeat(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    for _ in range(5):
        await project.pushed(device, finalised())
    whole = await page_of(project, coordinator)
    monkeypatch.setattr(feed_resource, "PAGE_ENTRIES", 4)
    pages = [await page_of(project, coordinator)]
    while pages[-1].more:
        pages.append(await page_of(project, coordinator, f"?epoch={whole.epoch}&after={pages[-1].next}"))
    assert [len(page.entries) for page in pages] == [4, 4, 4, 4]
    assert [entry for page in pages for entry in page.entries] == list(whole.entries)


async def test_a_page_ends_at_its_size_and_holds_at_least_one_entry(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await project.coordinator()
    monkeypatch.setattr(feed_resource, "PAGE_BYTES", 1)
    page = await page_of(project, coordinator)
    assert (len(page.entries), page.next, page.more) == (1, 1, True)


async def test_nothing_new_is_said_in_a_few_bytes(project: Project) -> None:
    coordinator = await project.coordinator()
    last = (await page_of(project, coordinator)).next
    reply = await project.get(coordinator, f"/v1/feed?epoch={project.here.life.epoch}&after={last}")
    assert (reply.status_code, reply.content, list(reply.headers)) == (204, b"", [HELD.lower()])


def news_of(reply: httpx.Response) -> int:
    return int(reply.headers[HELD].split(":")[2])


async def test_a_receipt_tells_how_far_the_feed_goes_for_its_device(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    seen = (await page_of(project, device)).next
    segment = device.seal([finalised()])
    receipt = await project.push(device, segment)
    assert news_of(receipt) == seen
    token = {"Authorization": f"Bearer {device.token}"}
    again = await project.http.post(f"{segment_path(segment.digest)}/attempts", headers=token)
    assert (again.content, news_of(again)) == (receipt.content, seen)
    reply = await project.push(coordinator, coordinator.seal([finalised()]))
    assert news_of(reply) == (await page_of(project, coordinator)).next


async def test_another_epoch_means_from_the_beginning(project: Project) -> None:
    coordinator = await project.coordinator()
    page = await page_of(project, coordinator, "?epoch=another&after=900")
    assert (page.entries[0].sequence, page.epoch) == (1, project.here.life.epoch)


async def test_a_checkpoint_beyond_the_end_is_refused(project: Project) -> None:
    coordinator = await project.coordinator()
    reply = await project.get(coordinator, f"/v1/feed?epoch={project.here.life.epoch}&after=900")
    assert (reply.status_code, reply.json()["code"]) == (409, "SERVER-018")


async def test_statements_are_taken_all_or_none(project: Project) -> None:
    coordinator = await project.coordinator()
    forms = [project.form(replace(MEETING, form_id=name)) for name in ("one", "two")]
    forged = project.form(replace(MEETING, form_id="three"), key=SigningKey.generate())
    reply = await project.publish(coordinator, *forms, forged)
    assert (reply.status_code, reply.json()["code"]) == (403, "SERVER-020")
    assert kinds(await page_of(project, coordinator))["statement"] == 4
    assert (await project.publish(coordinator, *forms, forms[0])).json() == {"accepted": 3}


async def test_a_coordinators_own_key_publishes_forms_but_makes_no_coordinator(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    form = project.form(replace(MEETING, form_id="own"), key=coordinator.key)
    assert (await project.publish(coordinator, form)).json() == {"accepted": 1}
    rightly_signed = read_claim(project.certificate_of(device))
    promoted = sign_statement(coordinator.key, Certificate.model_validate_json(rightly_signed.payload))
    assert (await project.publish(coordinator, promoted)).status_code == 403


async def test_a_form_version_never_changes(project: Project) -> None:
    coordinator = await project.coordinator()
    changed = project.form(replace(MEETING, title="Another meeting"))
    assert (await project.publish(coordinator, changed)).json() == {"accepted": 0}
    assert kinds(await page_of(project, coordinator))["statement"] == 4


async def test_another_servers_certificate_is_passed_over(project: Project) -> None:
    coordinator = await project.coordinator()
    certificate = ServerCertificate(project=project.made.project, server_key="A" * 43)
    reply = await project.publish(coordinator, sign_statement(project.made.key, certificate))
    assert reply.json() == {"accepted": 0}


async def test_what_waited_for_a_list_is_judged_when_it_comes(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    listed = replace(MEETING, form_id="listed", external_lists={"places": "places.csv"})
    await project.publish(coordinator, project.form(listed))
    receipt = await project.pushed(device, finalised(form_id="listed"))
    assert verdicts(receipt) == [("quarantined", "unknown list")]
    places = ListStatement(project=project.made.project, name="places.csv", version=1, content="name\nA\n")
    await project.publish(coordinator, sign_statement(project.made.key, places))
    page = await page_of(project, device)
    (later,) = [project.receipt(entry.body) for entry in page.entries if entry.kind == "receipt"]
    assert verdicts(later) == [("accepted", "")]


async def test_a_list_that_another_process_publishes_is_noticed(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    listed = replace(MEETING, form_id="listed", external_lists={"places": "places.csv"})
    first, second = (
        ListStatement(project=project.made.project, name="places.csv", version=version, content="name\nA\n")
        for version in (1, 2)
    )
    await project.publish(coordinator, project.form(listed), sign_statement(project.made.key, first))
    assert verdicts(await project.pushed(device, finalised(form_id="listed"))) == [("accepted", "")]
    beside = open_world(project.settings)
    with project.here.store.read() as connection:
        before = project.here.forms.find(connection, "listed", "1")
        assert project.here.forms.find(connection, "listed", "1") is before
    with beside.store.write() as connection:
        publish(beside, connection, [sign_statement(project.made.key, second)])
    beside.store.close()
    await project.pushed(device, finalised(form_id="listed"))
    with project.here.store.read() as connection:
        assert project.here.forms.find(connection, "listed", "1") is not before
