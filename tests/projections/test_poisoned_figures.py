"""What no engine can have published is not counted, and what is no part of a row is left out."""

import json
from typing import Any

import pytest
from omnistate.projections.figures.change_reading import NoChange, read_change
from omnistate.projections.figures.row_publication import publish
from omnistate.projections.keys import Keys
from omnistate_schemas.outputs import ConversationStateChanged
from omnistate_schemas.times import DAY_MS, format_time, parse_time_ms

GOOD: dict[str, Any] = ConversationStateChanged.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,assignment]
AT_MS = parse_time_ms(GOOD["time"])
NOW_MS = AT_MS + 1_000


def event(members: dict[str, Any] | None = None, **attributes: Any) -> bytes:
    data = {**GOOD["data"], **(members or {})}
    return json.dumps({**GOOD, "data": data, **attributes}).encode()


def test_what_was_published_is_read() -> None:
    change, at_ms = read_change(event(), NOW_MS)
    assert (change.conversation_id, at_ms) == (GOOD["data"]["conversation_id"], AT_MS)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        event({"previous_status_seconds": 1e308}),
        event({"previous_status_seconds": -1.0}),
        event({"previous_status_seconds": AT_MS / 1_000 + 1}),
        event({"status": "asleep"}),
        event(time=format_time(NOW_MS + DAY_MS + 1)),
        event(time="9999-12-31T23:59:59.999Z"),
    ],
)
def test_what_cannot_have_been_published_is_none(value: bytes | None) -> None:
    with pytest.raises(NoChange):
        read_change(value, NOW_MS)


class Rows:
    """A store in which somebody else has put what is no part."""

    def __init__(self) -> None:
        self.written: dict[str, Any] = {}

    async def exchange(self, shares: Any, kept_s: int) -> list[dict[str, str]]:
        assert kept_s
        odd = {
            "no JSON": "{}", '["one"]': "{}", '[0, "chat", "q"]': "[]", '[1, "chat", "q"]': "{",
            "\udcff": "{}", '[2, "chat", "q"]': '{"offered": "many"}',
            '[3, "chat", "q"]': '{"offered": 7}',
        }  # fmt: skip
        return [odd for _ in shares]

    async def replace(self, rows: Any, kept_s: int) -> None:
        assert kept_s
        self.written |= rows

    async def list_until(self, key: str, members: Any, now_s: float) -> None:
        assert key
        assert now_s
        assert members


async def test_what_is_no_part_of_a_row_is_left_out() -> None:
    store = Rows()
    await publish(store, Keys(), [], 1_772_500_000.0)
    row = store.written[Keys().figures_of(300, "chat", "q")]
    assert row["current_offered"] == "7"
