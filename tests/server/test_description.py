"""The server against its own description: requests made from it, right and wrong ones, with every check there is.

1. No request makes the server fail, and every answer has a status, a media type and a body as described; wrong data
   and wrong credentials are refused.
2. A server that answers otherwise than described is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from fastapi.responses import PlainTextResponse
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.types import ASGIApp

from server.access import Rate
from sync.messages import Media
from tests.server.worlds import Project

schemathesis.serializer.alias(Media.SEGMENT.value, "application/octet-stream")
EXAMPLES = 12
"""For each address and phase."""
REFUSALS = [400, 403, 404, 409, 410, 412, 413, 415, 421, 422, 426]
"""Besides what the checks expect: whatever is well-formed may yet be unsigned, spent, too late or somebody else's."""
NO_LIMIT = Rate(burst=10**9, per_second=10**6)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    made.here.device_rate.rate = made.here.join_rate.rate = NO_LIMIT
    yield made
    made.here.store.close()


COORDINATORS_ONLY = ["/v1/vector", "/v1/statements"]
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}
"""Every one that there is."""


@dataclass
class Tried:
    """What was tried, and what does not fit the description."""

    failures: list[str] = field(default_factory=list)
    checks: set[str] = field(default_factory=set)
    operations: set[str] = field(default_factory=set)
    answered: set[tuple[str, int]] = field(default_factory=set)
    """Operations with the statuses that they gave."""


def tried(app: ASGIApp, token: str, paths: list[str] | None = None) -> Tried:
    """Everything that the description, or these paths of it, give reason to try."""
    described = SchemathesisConfig.from_dict(
        {
            "seed": 20260302,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [200, 201, 204, 401, *REFUSALS]},
                "negative_data_rejection": {"expected-statuses": [401, 405, *REFUSALS]},
            },
        }
    )
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=described)
    found = Tried()
    for event in from_schema(schema.include(path=paths) if paths else schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(event, found)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.failures.append(
                str(event.info if isinstance(event, events.NonFatalError) else event.exception)
            )
    return found


def _note(event: events.ScenarioFinished, found: Tried) -> None:
    label = str(event.recorder.label)
    found.operations.add(label)
    for each in event.recorder.interactions.values():
        if each.response is not None:
            found.answered.add((label, each.response.status_code))
    for check in (check for checks in event.recorder.checks.values() for check in checks):
        found.checks.add(check.name)
        if check.failure_info:
            failure = check.failure_info.failure
            found.failures.append(f"{label}: {failure.title} {failure.message}")


def test_the_server_answers_as_it_describes(project: Project) -> None:
    device = asyncio.run(project.recorder_of_certified())
    found = tried(project.app, device.token)
    described = project.app.openapi()["paths"]
    assert found.failures == []
    assert found.checks == CHECKS
    assert found.operations == {
        f"{method.upper()} {path}" for path, methods in described.items() for method in methods
    }


def test_the_server_answers_a_coordinator_as_it_describes(project: Project) -> None:
    coordinator = asyncio.run(project.coordinator())
    found = tried(project.app, coordinator.token, COORDINATORS_ONLY)
    assert found.failures == []
    assert {("GET /v1/vector", 200), ("PUT /v1/statements", 200)} <= found.answered


def test_a_server_that_answers_otherwise_is_noticed(project: Project) -> None:
    @project.app.get("/v1/odd", response_model=int)
    def odd() -> PlainTextResponse:
        return PlainTextResponse("odd")

    assert tried(project.app, "", ["/v1/odd"]).failures != []
