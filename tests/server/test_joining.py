"""Joining, tokens and roles.

1. A device joins once with a code; the same device may repeat it, when the reply was lost, and gets a new token.
2. Unknown, used and expired codes get one and the same answer.
3. Nobody joins before the server's key is certified by the project.
4. A coordinator joins by the project key's certificate only.
5. Tokens are kept as hashes; unknown, wrong and revoked tokens get one and the same answer.
6. A device that asks too often is told when to come back.
7. A coordinator's certificate confirms a device that waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.access import Rate, RateLimit, code_hash, new_code
from server.problems import RequestProblem
from server.queries import devices
from server.queries.devices import Device as Known
from sync.identity import AgeIdentity, SigningKey, to_text
from sync.messages import DeviceState, Joined, Media
from sync.roles import Role
from sync.statements import Certificate, sign_statement
from tests.server.worlds import Project, certificate_request, finalised

KEY, AGE = SigningKey.generate(), AgeIdentity.generate()


def known(project: Project, device: str) -> Known:
    with project.here.store.read() as connection:
        found = devices.find(connection, device)
    assert found is not None
    return found


async def join(server: Project, code: str, **fields: str) -> tuple[int, str]:
    reply = await server.post("/v1/devices", Media.JOIN, server.join_request(code, KEY, AGE, **fields))
    return reply.status_code, reply.json().get("code", "")


async def test_a_device_joins_and_gets_what_it_needs_to_seal(project: Project) -> None:
    coordinator = await project.coordinator()
    body = project.join_request(project.invite(Role.TRAINER), KEY, AGE)
    reply = await project.post("/v1/devices", Media.JOIN, body)
    joined = Joined.model_validate_json(reply.content)
    assert (reply.status_code, joined.role, joined.project_name) == (201, Role.TRAINER, "Village talks")
    assert set(joined.statements) == {*project.made.statements, await project.server_certificate()}
    assert known(project, joined.device).state is DeviceState.PENDING
    assert known(project, coordinator.id).state is DeviceState.CONFIRMED


async def test_the_same_device_may_join_again_and_its_first_token_ends(project: Project) -> None:
    await project.coordinator()
    body = project.join_request(project.invite(), KEY, AGE)
    replies = [await project.post("/v1/devices", Media.JOIN, body) for _ in range(2)]
    first, second = (Joined.model_validate_json(reply.content) for reply in replies)
    assert first.device == second.device
    headers = [{"Authorization": f"Bearer {joined.token}"} for joined in (first, second)]
    assert [(await project.http.get("/v1/hello", headers=each)).status_code for each in headers] == [401, 200]


async def test_unknown_used_and_expired_codes_get_one_answer(project: Project) -> None:
    await project.coordinator()
    used, expired = project.invite(), project.invite()
    other = project.join_request(used, SigningKey.generate(), AgeIdentity.generate())
    await project.post("/v1/devices", Media.JOIN, other)
    answers = [await join(project, used), await join(project, "AAAA-BBBB-CCCC-DDDD")]
    project.clock.now += timedelta(days=8)
    assert {*answers, await join(project, expired)} == {(410, "SERVER-016")}


async def test_a_code_is_taken_as_people_type_it(project: Project) -> None:
    await project.coordinator()
    code = project.invite()
    assert (await join(project, code.lower().replace("-", " ")))[0] == 201


async def test_nobody_joins_a_server_that_is_not_certified(project: Project) -> None:
    assert await join(project, "AAAA-BBBB-CCCC-DDDD") == (403, "SERVER-017")


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"project": "0" * 32}, (421, "SERVER-007")),
        ({"proof": to_text(bytes(64))}, (403, "SERVER-010")),
        ({"age_recipient": "age1nobody"}, (400, "SERVER-001")),
        ({"sign_key": "AA"}, (400, "SERVER-001")),
    ],
)
async def test_a_wrong_request_leaves_the_code_unused(
    project: Project, fields: dict[str, str], answer: tuple[int, str]
) -> None:
    await project.coordinator()
    code = project.invite()
    assert await join(project, code, **fields) == answer
    assert (await join(project, code))[0] == 201


@pytest.mark.parametrize("case", ["another key signed it", "a recorder's", "expired", "another proof"])
async def test_only_the_project_key_makes_a_coordinator(project: Project, case: str) -> None:
    made = project.made
    certificate = Certificate(
        project=made.project,
        device="ab" * 16,
        role=Role.RECORDER if case == "a recorder's" else Role.COORDINATOR,
        sign_key=to_text(KEY.public),
        age_recipient=AGE.recipient,
        not_after="2020-01-01" if case == "expired" else "2030-01-01",
    )
    signer = KEY if case == "another key signed it" else made.key
    prover = SigningKey.generate() if case == "another proof" else KEY
    request = certificate_request(made.project, sign_statement(signer, certificate), prover)
    reply = await project.post("/v1/coordinators", Media.COORDINATOR, request.model_dump_json().encode())
    assert (reply.status_code, reply.json()["code"][:7]) == (403, "SERVER-")


async def test_a_coordinator_who_comes_again_keeps_the_device(project: Project) -> None:
    first, second = await project.coordinator(), await project.coordinator()
    assert first.id == second.id
    assert (await project.get(first, "/v1/feed")).status_code == 401
    assert (await project.get(second, "/v1/feed")).status_code == 200


async def test_unknown_wrong_and_revoked_tokens_get_one_answer(project: Project) -> None:
    await project.coordinator()
    revoked, device = await project.recorder(), await project.recorder()
    with project.here.store.write() as connection:
        devices.set_state(connection, revoked.id, DeviceState.REVOKED)
    wrong = [
        f"Bearer {revoked.token}",
        f"Bearer {device.id}.{'A' * 43}",
        f"Bearer {'0' * 32}.{'A' * 43}",
        f"Basic {device.token}",
        "Bearer",
        "",
    ]
    replies = [await project.http.get("/v1/feed", headers={"Authorization": each}) for each in wrong]
    assert {(reply.status_code, reply.content) for reply in replies} == {(401, replies[0].content)}
    assert {tuple(sorted(reply.headers.items())) for reply in replies} == {
        tuple(sorted(replies[0].headers.items()))
    }


async def test_a_revoked_device_can_not_come_back_with_its_code(project: Project) -> None:
    await project.coordinator()
    code = project.invite()
    await join(project, code)
    with project.here.store.write() as connection:
        (device,) = [each for each in devices.starting_with(connection, "") if each.role is Role.RECORDER]
        devices.set_state(connection, device.id, DeviceState.REVOKED)
    assert await join(project, code) == (410, "SERVER-016")


async def test_recorders_publish_nothing(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    reply = await project.publish(device, project.form())
    assert (reply.status_code, reply.json()["code"]) == (403, "SERVER-003")


async def test_a_certificate_confirms_the_device_that_waits(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    stranger = replace(device, key=SigningKey.generate())
    await project.publish(coordinator, project.certificate_of(stranger))
    assert known(project, device.id).state is DeviceState.PENDING
    await project.publish(coordinator, project.certificate_of(device))
    assert known(project, device.id).state is DeviceState.CONFIRMED


async def test_no_token_or_code_is_stored_in_clear(project: Project, tmp_path: Path) -> None:
    await project.coordinator()
    code, device = project.invite(), await project.recorder()
    await project.pushed(device, finalised())
    project.here.store.close()
    written = b"".join(file.read_bytes() for file in (tmp_path / "server").iterdir() if file.is_file())
    assert device.id.encode() in written
    for secret in (device.token, device.token[22:], code, code.replace("-", "")):
        assert secret.encode() not in written


def test_too_many_requests_are_refused_until_time_has_passed() -> None:
    moment = [0.0]
    limit = RateLimit(Rate(burst=3, per_second=0.5), lambda: moment[0])
    for _ in range(3):
        limit.take("device")
    with pytest.raises(RequestProblem) as caught:
        limit.take("device")
    assert (caught.value.status, caught.value.headers()) == (429, {"Retry-After": "2"})
    limit.take("another")
    moment[0] = 2.0
    limit.take("device")


def test_a_code_has_at_least_sixty_random_bits() -> None:
    asked: list[int] = []

    def counted(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert len(new_code(counted).replace("-", "")) * 5 == asked[0] * 8 == 80


@pytest.mark.parametrize("typed", ["abcd-efgh", "ABCD EFGH", " abcdefgh\n"])
def test_hyphens_spaces_and_case_of_a_code_do_not_count(typed: str) -> None:
    assert code_hash(typed) == code_hash("ABCD-EFGH")
