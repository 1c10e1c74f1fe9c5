"""What a request may cost and how every refusal looks.

1. Every error is a problem with code, title, detail and status, in its media type, and names no content.
2. A body is capped before it is read, and while it is read; compression is refused.
3. A body that stops arriving ends.
4. Bodies are read strictly: type, nesting, duplicate keys, numbers, unknown fields.
5. Protocols other than ours have codes of their own.
6. A bug is answered as a problem, and what it knew stays out of the answer and the log.
7. OpenAPI describes every address with its bodies and answers.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.limits import RequestLimits
from server.logs import DiscreetFormatter
from server.problems import RequestProblem
from server.resources import segments
from sync.messages import EPOCH, Media, segment_path
from sync.wire import LIMITS
from tests.server.worlds import OPEN_MARKER, SEALED_MARKER, Project, finalised

SEGMENT_PATH = segment_path("0" * 64)
JOIN = {"Content-Type": Media.JOIN}


def told(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a reply that has the one shape of all errors."""
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert set(problem) == {"code", "title", "detail", "status"}
    assert problem["title"] == RequestProblem.catalogue[problem["code"]]
    assert problem["status"] == reply.status_code
    return reply.status_code, problem["code"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "answer"),
    [
        ("GET", "/nowhere", {}, (404, "SERVER-004")),
        ("GET", "/v1/hello/", {}, (404, "SERVER-004")),
        ("DELETE", "/v1/hello", {}, (405, "SERVER-005")),
        ("GET", "/v1/feed", {}, (401, "SERVER-002")),
        ("PUT", SEGMENT_PATH, {}, (401, "SERVER-002")),
        ("PUT", "/v1/statements", {}, (401, "SERVER-002")),
        ("POST", "/v1/devices", {"Content-Type": "application/json"}, (415, "SERVER-009")),
        ("POST", "/v1/devices", {}, (415, "SERVER-009")),
        ("GET", "/v1/hello", {"Fieldkit-Protocol": "0"}, (426, "SERVER-011")),
        ("GET", "/v1/hello", {"Fieldkit-Protocol": "2"}, (426, "SERVER-012")),
        ("GET", "/v1/hello", {"Fieldkit-Protocol": "x"}, (400, "SERVER-001")),
    ],
)
async def test_every_refusal_has_one_shape(
    project: Project, method: str, path: str, headers: dict[str, str], answer: tuple[int, str]
) -> None:
    reply = await project.http.request(method, path, headers=headers)
    assert told(reply) == answer
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["?after=-1", "?after=x", f"?after={2**70}", f"?epoch={'e' * 65}"])
async def test_a_wrong_query_is_refused_without_being_quoted(project: Project, query: str) -> None:
    device = await project.coordinator()
    assert told(await project.get(device, f"/v1/feed{query}")) == (400, "SERVER-001")


async def test_a_digest_that_is_none_is_refused(project: Project) -> None:
    device = await project.coordinator()
    headers = {"Authorization": f"Bearer {device.token}", "Content-Type": Media.SEGMENT}
    reply = await project.http.put("/v1/segments/%2e%2e", headers=headers, content=b"")
    assert told(reply) in [(400, "SERVER-001"), (404, "SERVER-004")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"project": NaN}',
        b'{"project": 1e999}',
        b'{"project": ' + b"9" * 5000 + b"}",
        b"[" * 8000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
    ],
)
async def test_a_body_that_is_no_message_is_refused(project: Project, body: bytes) -> None:
    assert told(await project.post("/v1/devices", Media.JOIN, body)) == (400, "SERVER-001")


async def test_duplicate_and_unknown_keys_are_refused(project: Project) -> None:
    message = {"project": "0" * 32, "code": "c", "sign_key": "AA", "age_recipient": "a", "proof": "AA"}
    plain = json.dumps(message).encode()
    assert told(await project.post("/v1/devices", Media.JOIN, plain)) == (421, "SERVER-007")
    for wrong in (plain[:-1] + b', "code": "d"}', plain[:-1] + b', "more": 1}'):
        assert told(await project.post("/v1/devices", Media.JOIN, wrong)) == (400, "SERVER-001")


async def test_a_body_that_says_it_is_too_large_is_never_read(project: Project) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    headers = JOIN | {"Content-Length": "50000000"}
    reply = await project.http.post("/v1/devices", headers=headers, content=endless())
    assert told(reply) == (413, "SERVER-008")


async def test_a_body_that_grows_too_large_is_cut_off(project: Project) -> None:
    device = await project.coordinator()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield bytes(65536)

    headers = {"Content-Type": Media.SEGMENT, "Authorization": f"Bearer {device.token}"}
    reply = await project.http.put(SEGMENT_PATH, headers=headers, content=endless())
    assert told(reply) == (413, "SERVER-008")
    assert sent <= LIMITS.content + 2 * 65536


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "identity, gzip"])
async def test_a_compressed_body_is_refused(project: Project, encoding: str) -> None:
    headers = JOIN | {"Content-Encoding": encoding}
    reply = await project.http.post("/v1/devices", headers=headers, content=gzip.compress(bytes(10**6)))
    assert told(reply) == (415, "SERVER-009")


async def test_a_body_that_stops_arriving_ends(tmp_path: Path) -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with Project(tmp_path, limits=RequestLimits(idle_seconds=0.01)) as project:
        reply = await project.http.post("/v1/devices", headers=JOIN, content=stalling())
        assert told(reply) == (408, "SERVER-006")


async def test_a_refusal_of_a_known_device_says_what_is_held(project: Project) -> None:
    device = await project.recorder_of_certified()
    headers = {"Authorization": f"Bearer {device.token}", "Content-Type": "text/plain"}
    reply = await project.http.put(SEGMENT_PATH, headers=headers, content=b"x")
    assert told(reply) == (415, "SERVER-009")
    assert reply.headers["fieldkit-held"] == "0:" + "0" * 16
    assert reply.headers[EPOCH] == project.here.life.epoch


async def test_a_bug_tells_neither_answer_nor_reason(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SEALED_MARKER)

    device = await project.recorder_of_certified()
    monkeypatch.setattr(segments, "receive_from", fail)
    reply = await project.push(device, device.seal([finalised()]))
    assert told(reply) == (500, "SERVER-021")
    assert SEALED_MARKER not in reply.text + caplog.text


def test_the_log_names_the_place_of_a_fault_and_not_its_message() -> None:
    try:
        finalised(open_part=7)
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "A fault", None, (type(error), error, error.__traceback__)
        )
    line = DiscreetFormatter().format(record)
    assert "ValidationError at tests/server/worlds.py:" in line
    assert "open_part" not in line


async def test_nothing_sealed_is_readable_in_the_store_and_nothing_at_all_in_the_log(
    project: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    device = await project.recorder_of_certified()
    await project.pushed(device, *(finalised(number) for number in range(20)))
    project.here.store.close()
    written = b"".join(file.read_bytes() for file in (tmp_path / "server").iterdir() if file.is_file())
    assert OPEN_MARKER.encode() in written
    assert SEALED_MARKER.encode() not in written
    assert "changes=20" in caplog.text
    for secret in (OPEN_MARKER, SEALED_MARKER, device.token, device.id):
        assert secret not in caplog.text


async def test_openapi_describes_every_address(project: Project) -> None:
    document = (await project.http.get("/v1/openapi.json")).json()
    described = {
        (method, path): (
            list(operation.get("requestBody", {}).get("content", {})),
            [media for reply in operation["responses"].values() for media in reply.get("content", {})],
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    problem = Media.PROBLEM.value
    assert set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(document))) == set()
    assert described == {
        ("get", "/v1/hello"): ([], [Media.HELLO, problem]),
        ("post", "/v1/devices"): ([Media.JOIN], [Media.JOINED, problem]),
        ("post", "/v1/coordinators"): ([Media.COORDINATOR], [Media.JOINED, problem]),
        ("post", "/v1/successors"): ([Media.SUCCESSOR], [Media.JOINED, problem]),
        ("post", "/v1/returns"): ([Media.RETURN], [Media.JOINED, problem]),
        ("put", "/v1/segments/{digest}"): ([Media.SEGMENT], [Media.RECEIPT, problem]),
        ("patch", "/v1/segments/{digest}"): ([Media.SEGMENT], [Media.RECEIPT, problem]),
        ("post", "/v1/segments/{digest}/attempts"): ([], [Media.ATTEMPT, Media.RECEIPT, problem]),
        ("get", "/v1/segments/{digest}/offset"): ([], [Media.ATTEMPT, problem]),
        ("get", "/v1/feed"): ([], [Media.FEED, problem]),
        ("get", "/v1/vector"): ([], [Media.VECTOR, problem]),
        ("put", "/v1/statements"): ([Media.STATEMENTS], [Media.ACCEPTED, problem]),
    }


@pytest.mark.parametrize("code", sorted(RequestProblem.catalogue))
def test_every_code_has_a_status(code: str) -> None:
    assert 400 <= RequestProblem(code, "").status < 600
