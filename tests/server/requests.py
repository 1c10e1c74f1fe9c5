"""A request as the server meets it, for tests that feed its body by hand."""

from __future__ import annotations

from typing import Any

import httpx


def scope_of(request: httpx.Request) -> dict[str, Any]:
    """The ASGI scope of a request from this computer."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8443),
    }
