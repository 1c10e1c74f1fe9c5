"""How OpenAPI describes bodies that the resources read and write themselves.

Owns the description only: bodies are read strictly by `server.resources.asking`, which the framework's own models
would not do.
"""

from __future__ import annotations

from typing import Any

from sync.messages import Media, ProblemDetail
from sync.wire import Wire

Described = dict[str, Any]


def described_body(media: Media, model: type[Wire] | None = None) -> Described:
    """The body of a request; without a model, bytes."""
    return {"requestBody": {"required": True, "content": _content(media, model)}}


def described_replies(
    status: int,
    media: Media,
    description: str,
    model: type[Wire] | None = None,
    *,
    instead: Media | None = None,
) -> dict[int | str, Described]:
    """The right answer, bytes of another type instead of it, and the problems."""
    content = _content(media, model) | (_content(instead, None) if instead else {})
    return {
        status: {"description": description, "content": content},
        "default": {"description": "A problem", "content": _content(Media.PROBLEM, ProblemDetail)},
    }


def _content(media: Media, model: type[Wire] | None) -> Described:
    if model is None:
        return {media.value: {"schema": {"type": "string", "format": "binary"}}}
    schema = model.model_json_schema()
    return {media.value: {"schema": _inlined(schema, schema.pop("$defs", {}))}}


def _inlined(schema: Any, definitions: Described) -> Any:
    """A schema with its references filled in: inside of a larger document they would lead nowhere."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in schema.items()}
