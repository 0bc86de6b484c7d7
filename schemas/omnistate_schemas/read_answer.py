"""What all answers of the read API have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, json_schema_extra={"x-unit": "seconds"})]


class Answer(BaseModel):
    """Base of every answer. A reader ignores members that a later version adds."""

    model_config = ConfigDict(frozen=True, strict=True)
