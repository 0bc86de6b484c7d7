"""A hash's fields back into the members of a model: the way back from `output_records.flatten`."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel, TypeAdapter, ValidationError

M = TypeVar("M", bound=BaseModel)


def read_model(model: type[M], fields: Mapping[str, str], **members: Any) -> M:
    """The model of these fields, and of members that are not among them.

    A field that is not there is the member's default. Raises UnusableFields.
    """
    texts = _text_members(model)
    found: dict[str, Any] = {}
    try:
        for name in model.model_fields:
            written = fields.get(name)
            if written is not None:
                found[name] = written if name in texts else msgspec.json.decode(written)
        return model.model_validate({**found, **members})
    except (msgspec.MsgspecError, UnicodeError) as error:
        reason = str(error) if isinstance(error, msgspec.MsgspecError) else "no text"
        raise UnusableFields(f"{model.__name__}: {reason}") from None
    except RecursionError:
        raise UnusableFields(f"{model.__name__}: nested too deeply") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise UnusableFields(f"{model.__name__}: {first['loc'][0]}: {first['type']}") from None


class UnusableFields(ValueError):
    """The fields are not the model's; the message names one, never its content."""


@cache
def _text_members(model: type[BaseModel]) -> frozenset[str]:
    """The members that are texts: these stand without quotes."""
    return frozenset(
        name for name, field in model.model_fields.items() if _is_text(field.annotation)
    )


def _is_text(annotation: Any) -> bool:
    schema = TypeAdapter(annotation).json_schema()
    kinds = [schema, *schema.get("anyOf", ())]
    return any(each.get("type") == "string" for each in kinds)
