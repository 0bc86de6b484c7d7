"""What becomes of a conversation in which one side is silent: a workstream's `time_out_rules`."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from omnistate_schemas.configured import SECONDS_MAX, Configuration, Misplaced, refuse
from omnistate_schemas.vocabulary import SilenceAction, SilentSide

RULES_MAX = 8
# What each silence may lead to beside a reminder.
_SILENT = {"wait": "customer", "end": "customer", "requeue": "representative"}


class TimeOutRule(Configuration):
    """Once one side has been silent for so long, this is done."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "anyOf": [
                    {
                        "properties": {
                            "then": {"const": action},
                            "silent": {"not": {"const": side}},
                        },
                        "required": ["then", "silent"],
                    }
                    for action, side in _SILENT.items()
                ]
            }
        }
    )

    silent: SilentSide = Field(description="Who owes an answer.")
    after: Annotated[float, Field(ge=0, le=SECONDS_MAX, allow_inf_nan=False)] = Field(
        description="Seconds since the first message that is not answered.",
        json_schema_extra={"x-unit": "seconds"},
    )
    then: SilenceAction = Field(
        description="`remind` says so and changes nothing; `wait` and `end` are for a silent "
        "customer, `requeue` for a silent representative."
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        side = _SILENT.get(self.then, self.silent)
        if side != self.silent:
            refuse([Misplaced(("then",), f"{self.then} is for a silent {side}")])
        return self


TimeOutRules = Annotated[list[TimeOutRule], Field(max_length=RULES_MAX)]
