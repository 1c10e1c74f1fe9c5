"""The server against its own description: requests made from it, right and wrong ones, with every check there is.

1. No request makes the server fail, and every answer has a status, a media type and a body as described; wrong data
   and wrong credentials are refused.
2. A server that answers otherwise than described is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
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


def failures(app: ASGIApp, token: str) -> list[str]:
    """What does not fit the description."""
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
    found = []
    for event in from_schema(
        schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=described)
    ).execute():
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                found += [
                    f"{event.recorder.label}: {each.failure_info.failure.title} {each.failure_info.failure.message}"
                    for each in checks
                    if each.failure_info
                ]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event.info if isinstance(event, events.NonFatalError) else event.exception))
    return found


def test_the_server_answers_as_it_describes(project: Project) -> None:
    device = asyncio.run(project.recorder_of_certified())
    assert failures(project.app, device.token) == []


def test_a_server_that_answers_otherwise_is_noticed(project: Project) -> None:
    @project.app.get("/v1/odd", response_model=int)
    def odd() -> PlainTextResponse:
        return PlainTextResponse("odd")

    assert failures(project.app, "") != []
