"""What a conversation takes of memory: its row, its id and its place in the index of timers."""

import json
import sys
import tracemalloc

import pytest
from omnistate.core.directory import Directory
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.conversation.whole_batch import run_step
from omnistate.stream.ports import Record
from omnistate_schemas.configuration import Workstream

CONVERSATIONS = 1_000
BATCH = 250
AT_MS = 1_772_435_385_548
# The most that is promised of a usual row, with its key and its index.
BYTES_MAX = 640
DIRECTORY = Directory({"support": Workstream(channel="persistent_chat", distribution="pick")})
START = {"queue_id": "support", "customer_id": "customer-{}"}
SAID: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("channel-events", "conversation.started", START),
    ("agent-actions", "representative.pick", {"representative_id": "representative-17"}),
    ("channel-events", "customer.messaged", {}),
    ("agent-actions", "representative.message", {"representative_id": "representative-17"}),
    ("channel-events", "customer.messaged", {}),
)


def records_of(number: int) -> list[Record]:
    """A conversation that somebody has picked and in which both have written."""
    subject, records = f"chat-{number:07}", []
    for place, (topic, type_, members) in enumerate(SAID):
        data = {name: text.format(number) for name, text in members.items()}
        if type_ == "conversation.started":
            data |= {"channel": "persistent_chat", "workstream_id": "support"}
        event = {
            "specversion": "1.0",
            "id": f"{subject}-{place}",
            "source": "/gateways/chat",
            "type": type_,
            "subject": subject,
            "time": "2026-03-02T07:09:45.548Z",
            "data": data,
        }
        offset = number * len(SAID) + place
        value = json.dumps(event, separators=(",", ":")).encode()
        records.append(Record(topic, 0, offset, AT_MS, subject.encode(), value))
    return records


def taken_by(conversations: int) -> tuple[Tables, float]:
    """The tables after so many have begun, and bytes of memory for each."""
    tables = Tables()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for start in range(0, conversations, BATCH):
        numbers = range(start, start + BATCH)
        batch = run_step(tables, DIRECTORY, [each for n in numbers for each in records_of(n)])
        tables.commit(batch)
        del batch
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return tables, taken / conversations


@pytest.mark.slow
def test_a_usual_conversation_takes_no_more_memory_than_is_promised() -> None:
    # What is kept once, whatever their number, is counted with the first ones.
    taken_by(BATCH)
    tables, each = taken_by(CONVERSATIONS)
    assert len(tables.conversations) == CONVERSATIONS
    assert all(len(row) > 200 for row in tables.conversations.values())
    assert each <= BYTES_MAX, f"{each:.0f} bytes"


def test_rows_keep_no_room_that_they_do_not_need() -> None:
    tracemalloc.start()
    tables = Tables()
    tables.commit(
        run_step(tables, DIRECTORY, [each for n in range(BATCH) for each in records_of(n)])
    )
    rows = list(tables.conversations.values())
    tables.conversations.clear()
    size, before = sum(map(sys.getsizeof, rows)), tracemalloc.get_traced_memory()[0]
    rows.clear()
    freed = before - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    # The list of them has a pointer to each.
    assert size < freed < size + 10 * BATCH
