"""Which key was meant: the names that a model knows at a place in its content; pure."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel


def suggest_key(model: type[BaseModel], keys: Sequence[str | int]) -> str | None:
    """The known key that is most like the last of `keys`, which lead there from the root."""
    *path, unknown = keys
    known = _names(_descend(model, path))
    return next(iter(get_close_matches(str(unknown), known, 1)), None)


def _descend(annotation: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        kind = _unwrap(annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(key))
            annotation = None if field is None else field.annotation
        elif get_origin(kind) is dict:
            annotation = get_args(kind)[1]
        elif get_origin(kind) in {list, tuple, frozenset, set}:
            annotation = get_args(kind)[0]
        else:
            return None
    return _unwrap(annotation)


def _unwrap(annotation: Any) -> Any:
    """Of alternatives and annotations, the kind that has keys of its own."""
    if isinstance(annotation, type) or get_origin(annotation) in {dict, list, tuple}:
        return annotation
    for inner in get_args(annotation):
        kind = _unwrap(inner)
        if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return kind
    return None


def _names(kind: Any) -> list[str]:
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
