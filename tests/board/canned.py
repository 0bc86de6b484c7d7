"""An overview with what is hard to bring about: overload, late work, odd names."""

from typing import Any

from omnistate_schemas.read_api import Overview

GENERATED_AT = "2026-03-02T10:15:30.000Z"
# Ids may be anything; whoever shows them must not take them for markup.
MARKUP = "<img src=x onerror=alert(1)>"


def representative(id_: str, units: int, occupied: int, **members: Any) -> dict[str, Any]:
    return {
        "representative_id": id_,
        "presence": "busy" if occupied >= units else "available",
        "presence_reason": "capacity",
        "set_presence": None,
        "assignable": occupied < units,
        "blocked_by_profile": False,
        "units": units,
        "occupied_units": occupied,
        "available_units": units - occupied,
        "profiles": {},
        "changed_at": GENERATED_AT,
        "conversations": occupied // 30,
        "offers": 0,
        **members,
    }


def slots(limit: int, occupied: int, *, blocking: bool = False) -> dict[str, Any]:
    return {
        "limit": limit,
        "occupied": occupied,
        "available": limit - occupied,
        "blocking": blocking,
    }


def figures(workstream: str, queue: str = "", **numbers: float | None) -> dict[str, Any]:
    row = dict.fromkeys(("accepted", "accepted_in_time", "abandoned", "transfers", "reopened"), 0.0)
    averages = dict.fromkeys(("service_level", "average_answer_seconds"))
    place = {"workstream_id": workstream, "queue_id": queue}
    window = {"window_seconds": 3_600, "span": "current", "start": "2026-03-02T10:00:00.000Z"}
    return {**window, **place, **row, **averages, **numbers}


def lag(group: str, topic: str, *seconds: float) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "topic": topic,
            "partition": number,
            "committed": 40,
            "end": 40 + round(age * 10),
            "records": round(age * 10),
            "seconds": age,
            "reason": None,
        }
        for number, age in enumerate(seconds)
    ]


def waiting(id_: str, age_s: float, **members: Any) -> dict[str, Any]:
    """A conversation that has waited so long; nothing else is known of it, as of edition 1."""
    row = dict.fromkeys(
        ("workstream_id", "channel", "direction", "queue_id", "priority", "next_timer",
         "queue_since", "rule", "reason", "decline_count", "decline_reason", "overflow_count")
    )  # fmt: skip
    return {
        "conversation_id": id_,
        "open_since": GENERATED_AT,
        "age_seconds": age_s,
        **row,
        "attributes": {},
        "skipped_representative_ids": [],
        **members,
    }


def elsewhere(id_: str, **members: Any) -> dict[str, Any]:
    """A conversation that is scheduled, or that somebody else has."""
    row = dict.fromkeys(
        ("workstream_id", "channel", "direction", "queue_id", "priority", "next_timer")
    )
    return {"conversation_id": id_, **row, "attributes": {}, **members}


DECLINED: dict[str, Any] = {
    "workstream_id": "chat", "channel": "live_chat", "direction": "inbound", "queue_id": MARKUP,
    "priority": 7, "queue_since": GENERATED_AT, "rule": "A2", "reason": "awaiting_assignment",
    "decline_count": 2, "decline_reason": "at lunch", "overflow_count": 1,
    "attributes": {"skills": ["spanish", "billing"], "vip": True},
    "skipped_representative_ids": ["ana", "bob"],
    "next_timer": {"name": "customer_reconnect", "at": "2026-03-02T10:16:30.000Z"},
}  # fmt: skip
SCHEDULED = [
    elsewhere("callback-1", scheduled_for="2026-03-02T10:20:40.000Z", due_seconds=310.0,
              direction="outbound", channel="voice", workstream_id="calls"),
    elsewhere("callback-2", scheduled_for="2026-03-02T10:15:10.000Z", due_seconds=-20.0),
]  # fmt: skip
WITH_BOT = [
    elsewhere("chat-b", handler={"kind": "bot", "id": "helper"}, since=GENERATED_AT,
              age_seconds=95.0),
    elsewhere(MARKUP, handler={"kind": "bot", "id": None}, since=GENERATED_AT, age_seconds=3.0),
]  # fmt: skip
WITH_EXTERNAL = [
    elsewhere("call-e", handler={"kind": "external", "id": "+34600"}, since=GENERATED_AT,
              age_seconds=400.0),
]  # fmt: skip


def add_up(found: dict[str, Any]) -> None:
    """What the API would say of all of them; counted by other code than the API's."""
    people = found["representatives"]
    over = sorted(
        (each for each in people if each["available_units"] < 0),
        key=lambda each: each["available_units"],
    )
    found["representative_totals"] = {
        "known": len(people),
        "matching": len(people),
        "signed_in": len([each for each in people if each["presence"] != "offline"]),
        "lost": len([each for each in people if each["presence_reason"] == "lost"]),
        "assignable": sum(each["assignable"] for each in people),
        "over_limit": len(over),
        "most_over": [each["representative_id"] for each in over[:3]],
    }
    waiting = sorted(
        (each for each in found["queues"] if each["open"]), key=lambda each: -each["oldest_seconds"]
    )
    found["queue_totals"] = {
        "known": len(waiting),
        "matching": len(waiting),
        "open": sum(each["open"] for each in waiting),
        "oldest": waiting[:4],
    }


def overview(**members: Any) -> dict[str, Any]:
    """The API's answer; `members` replace its members."""
    found = {
        "generated_at": GENERATED_AT,
        "counts": {
            "chat": {"open": 3, "active": 12, "wrap_up": 1, "closed": 1_207},
            "mail": {"waiting": 5, "scheduled": 2},
            MARKUP: {"resolved": 4},
        },
        "queues": [
            {"queue_id": None, "open": 1, "oldest_seconds": 4.2},
            {"queue_id": "support", "open": 2, "oldest_seconds": 75.5},
            {"queue_id": MARKUP, "open": 1, "oldest_seconds": 3_725.0},
            {"queue_id": "idle", "open": 0, "oldest_seconds": None},
        ],
        "waiting": [
            waiting("chat-17", 3_725.0, **DECLINED),
            waiting("chat-18", 75.5, queue_id="support", rule="C1", priority=0, decline_count=0),
            waiting("former", 20.0, queue_id="support"),
            waiting(MARKUP, 4.2, rule="E3"),
        ],
        "scheduled": {"scheduled": 2, "conversations": SCHEDULED},
        "with_bot": {"active": 12, "conversations": WITH_BOT},
        "with_external": {"active": 1, "conversations": WITH_EXTERNAL},
        "representatives": [
            representative(
                "ana", 100, 60, granted_units=30, available_units=10,
                profiles={"call": slots(1, 1, blocking=True)},
            ),
            representative("bob", 90, 130, offers=1, profiles={"mails": slots(4, 6)}),
            representative(
                "cleo", 100, 0, presence="away", presence_reason="set_by_supervisor",
                set_presence="away", assignable=False,
            ),
            representative(
                MARKUP, 100, 30, presence="do_not_disturb", assignable=False,
                presence_reason="set_by_representative", set_presence="do_not_disturb",
            ),
            representative(
                "dora", 0, 0, presence="offline", presence_reason="lost", assignable=False,
            ),
        ],
        "figures": [
            figures("chat", offered=80, accepted=72, abandoned=3, accepted_in_time=63,
                    service_level=0.875, average_answer_seconds=12.4, transfers=6),
            figures("chat", "support", offered=50, accepted=48, accepted_in_time=48,
                    service_level=1.0, average_answer_seconds=4.0),
            figures("mail", offered=8, reopened=2),
        ],
        "lag": [
            *lag("conversation", "channel-events", 0.0, 0.4),
            *lag("projection", "conversation-state-changes", 0.0, 42.5),
        ],
        "lag_measured_at": GENERATED_AT,
        "dead_letters": 7,
        "worker": {"ready": True, "joined": True, "partitions": {"capacity/0": "running"}},
    }  # fmt: skip
    found.update(members)
    add_up(found)
    Overview.model_validate(found)
    return found
