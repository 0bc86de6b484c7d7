"""Reminders have ids of their own, even those of one instant."""

import json
from typing import Any

from omnistate.cli.configuration_file import build_directory
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.vocabulary import RECORDED_INPUTS

from tests.harness.records import run, usual, values

ANA = {"representative_id": "ana"}
START = {"channel": "live_chat", "workstream_id": "support-chat"}


def remind(silent: str) -> dict[str, Any]:
    return {"silent": silent, "after": 0, "then": "remind"}


def test_reminders_of_one_instant_differ() -> None:
    """Rules that are alike, and silences that begin and end within a millisecond."""
    centre = {
        "workstreams": {
            "support-chat": {
                "channel": "live_chat",
                "time_out_rules": [
                    remind("customer"),
                    remind("customer"),
                    remind("representative"),
                ],
            }
        }
    }
    directory = build_directory(ContactCentre.model_validate(centre))
    said: list[tuple[str, dict[str, Any]]] = [
        ("conversation.started", START),
        ("router.assign", ANA),
        ("representative.accept", ANA),
        *[("customer.messaged", {}), ("representative.message", ANA)] * 3,
    ]
    records, _ = usual("c1", said)
    records = [each._replace(timestamp_ms=records[0].timestamp_ms) for each in records]
    outputs, _, _ = run(records, directory, to_the_end=False)
    told = [each for each in values(outputs, RECORDED_INPUTS) if "then" in each["data"]]
    # Each fires before the next record is looked at; the last two are still to come.
    assert [each["data"]["silent"] for each in told] == [
        *["representative", "customer", "customer"] * 2,
        "representative",
    ]
    assert [each["id"] for each in told] == [f"0-0.reminder{n}" for n in range(1, 8)]
    assert len({each["time"] for each in told}) == 1
    assert "number" not in json.dumps(told)
