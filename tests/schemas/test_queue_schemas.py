"""Queues by schema and by model: where both agree, and what only the model can know."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from omnistate_schemas.operating_hours import OperatingHours
from omnistate_schemas.published import read_schema
from omnistate_schemas.queue import Queue
from pydantic import ValidationError

SCHEMA = Draft202012Validator(read_schema("queue"))


def model_accepts(value: Any) -> bool:
    try:
        Queue.model_validate_json(json.dumps(value))
    except ValidationError:
        return False
    return True


def hours(**more: Any) -> dict[str, Any]:
    return {"operating_hours": {key.replace("_to_", "-"): each for key, each in more.items()}}


def overflow(**rule: Any) -> dict[str, Any]:
    return {"overflow": [rule]}


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (hours(), True),
        ({"operating_hours": None}, True),
        (hours(mon=["08:00-20:00"], tue_to_fri=["00:00-24:00"]), True),
        (hours(sat_to_mon=["22:00-06:00"]), True),
        (hours(mon=[]), True),
        (hours(mon="08:00-20:00"), False),
        (hours(mon=None), False),
        (hours(mon=["8:00-20:00"]), False),
        (hours(mon=["08:00-24:01"]), False),
        (hours(mon=["24:00-08:00"]), False),
        (hours(mon=["08:00-20:60"]), False),
        (hours(monday=[]), False),
        (hours(mon_to_=[]), False),
        (hours(closed_on=["2026-12-25"]), True),
        (hours(closed_on=["25.12.2026"]), False),
        (overflow(when="waited", seconds=0, do="close"), True),
        (overflow(when="waited", seconds=5, do="move", queue_id="x", conversations=None), True),
        (overflow(when="waited", do="close"), False),
        (overflow(when="waited", seconds=None, do="close"), False),
        (overflow(when="closed", seconds=5, do="close"), False),
        (overflow(when="longer_than", do="close"), False),
        (overflow(when="longer_than", conversations=1, do="close"), True),
        (overflow(when="nobody", do="move"), False),
        (overflow(when="nobody", do="close", queue_id="x"), False),
        (overflow(when="nobody"), False),
        (overflow(do="close"), False),
        ({"relax_skills_after": None}, True),
        ({"widen_after": None}, False),
        ({"max_declines": 101}, False),
        ({"method": "longest_idle"}, False),
    ],
)
def test_schema_and_model_agree(value: dict[str, Any], accepted: bool) -> None:
    assert SCHEMA.is_valid(value) is accepted
    assert model_accepts(value) is accepted


@pytest.mark.parametrize(
    "value",
    [
        hours(mon=["08:00-12:00", "11:59-13:00"]),
        hours(sun=["22:00-06:00"], mon=["05:59-07:00"]),
        hours(mon_to_wed=[], tue=[]),
        hours(closed_on=["2026-02-29"]),
    ],
)
def test_what_only_the_model_knows(value: dict[str, Any]) -> None:
    assert SCHEMA.is_valid(value)
    assert not model_accepts(value)


def test_windows_of_each_day_in_minutes() -> None:
    configured = OperatingHours.model_validate(
        {"sat-mon": ["22:00-06:00", "12:00-13:30"], "wed": ["00:00-24:00"], "thu": ["09:00-09:00"]}
    )
    weekend = ((720, 810), (1_320, 1_800))
    assert configured.windows == (weekend, (), ((0, 1_440),), ((540, 1_980),), (), weekend, weekend)


def test_hours_are_written_as_they_were_read() -> None:
    text = '{"operating_hours":{"time_zone":"UTC","sat-mon":["22:00-06:00"]},"overflow":[]}'
    assert Queue.model_validate_json(text).encode().decode() == text
