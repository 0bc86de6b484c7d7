"""The reference model: `run` does what `omnistate replay` does (contract.md#replay).

Naive and slow by intent: every timer is found by a scan of all conversations, every counter by a
sum. Output ids are left out and hold ids are opaque.
"""

from __future__ import annotations

from typing import Any

from .partition import Partition
from .wire import DeadLetterError, Record, dead_letter, decode, parse_time


def run(
    lines: list[bytes], config: dict[str, Any], until: str | None = None
) -> tuple[list[Record], dict[str, Any]]:
    """The output records in order, and the object that `--state` prints."""
    engine = Engine(config)
    for line in lines:
        engine.read(line)
    if until is not None:
        moment = parse_time(until)
        assert moment is not None, until
        engine.advance(moment)
    return engine.outputs, engine.describe()


class Engine(Partition):
    """One partition, fed line by line."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._offsets = {"channel-events": 0, "agent-actions": 0}

    def read(self, line: bytes) -> None:
        """One line of EVENTS.jsonl."""
        line = line.rstrip(b"\r\n")
        if not line.strip():
            # blank lines are nothing
            return
        try:
            event = decode(line)
        except DeadLetterError as refused:
            # A dead letter does not move the clock.
            self.outputs.append(dead_letter(line, refused.code))
            return
        # Everything is partition 0, offsets count the decodable lines of each topic from 0.
        offset = self._offsets[event.topic]
        self._offsets[event.topic] += 1
        self.advance(event.time)
        self.receive(event, {"topic": event.topic, "partition": 0, "offset": offset})

    def describe(self) -> dict[str, Any]:
        """The object that `--state` prints."""
        return {
            "conversations": {
                id_: {
                    "status": row.status,
                    "detail": row.detail,
                    "representative_id": row.representative_id,
                    "queue_id": row.queue_id,
                    "sequence": row.sequence,
                    "holds": [
                        {
                            "hold_id": hold.hold_id,
                            "representative_id": hold.representative_id,
                            "role": hold.role,
                            "units": hold.units,
                            "profiles": list(hold.profiles),
                        }
                        for hold in row.holds
                    ],
                }
                for id_, row in self.conversations.items()
            },
            "representatives": self.ledger.describe_representatives(),
        }
