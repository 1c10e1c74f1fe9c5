"""The application: resources behind limits, and one shape for every error.

Owns putting these together; leaves each address to its module in `server.resources`. Invariant: whatever goes wrong
is answered as a problem that tells nothing of the request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from server.limits import LimitedRequests, RequestLimits
from server.problems import RequestProblem
from server.replies import noted_held, problem_reply
from server.resources import devices, feed, hello, segments, statements, vector
from server.settings import Settings
from server.world import open_world

_RESOURCES = (hello, devices, segments, feed, statements, vector)
"""The modules whose addresses stand below ``/v1``."""
_PREFIX = "/v1"
_HTTP_CODES = {404: "SERVER-004", 405: "SERVER-005"}


def create_app(settings: Settings, limits: RequestLimits | None = None) -> FastAPI:
    """The server of a data directory, ready for requests; its world is `app.state.world`, whose store the caller or
    the end of the lifespan closes.

    Raises:
        OperatorProblem: SERVER-102 where there is no server, SERVER-109 when its store is newer than this program.
    """
    world = open_world(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        world.store.close()

    app = FastAPI(
        title="fieldkit server",
        summary="Receives, checks and hands on what devices seal.",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages load scripts from other hosts
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.world = world
    for resource in _RESOURCES:
        app.include_router(resource.router, prefix=_PREFIX)
    app.add_exception_handler(RequestProblem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_unreadable)
    app.add_exception_handler(Exception, _answer_bug)
    app.add_middleware(LimitedRequests, limits=limits or RequestLimits())
    return app


def _answer(request: Request, problem: RequestProblem) -> Response:
    return problem_reply(problem, epoch=request.app.state.world.life.epoch, held=noted_held(request))


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestProblem)
    return _answer(request, error)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "SERVER-001")
    reply = _answer(request, RequestProblem(code, RequestProblem.catalogue[code]))
    reply.headers.update(error.headers or {})
    if error.status_code == 405:
        reply.headers["Allow"] = ", ".join(_methods_at(request.url.path))
    return reply


def _methods_at(path: str) -> list[str]:
    """All that an address answers to; the framework tells only those of the first function that it finds there."""
    below = path.removeprefix(_PREFIX)
    routes = [
        route for resource in _RESOURCES for route in resource.router.routes if isinstance(route, APIRoute)
    ]
    return sorted(
        {method for route in routes if route.path_regex.match(below) for method in route.methods or ()}
    )


async def _answer_unreadable(request: Request, _: Exception) -> Response:
    """The framework's own report quotes the input, so that it stays unsaid."""
    return _answer(request, RequestProblem("SERVER-001", "A part of the address can't be read."))


async def _answer_bug(request: Request, _: Exception) -> Response:
    problem = RequestProblem(
        "SERVER-021",
        "Something went wrong inside the server; nothing of this request was kept.",
        remedy="What was sent stays on the device. The server's log names the place.",
    )
    return _answer(request, problem)
