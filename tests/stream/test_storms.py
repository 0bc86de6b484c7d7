"""Many timers at one instant are cut into batches, whether they publish something or not."""

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.row import encode_conversation
from omnistate.core.directory import Directory
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Write

CLOSED = 2_500
DUE_MS = 1_000
MOST = 1_000


def closed_tables() -> Tables:
    """Conversations that are all to be forgotten at the same instant."""
    row = Conversation(b"", "live_chat", "support", "0-0", "closed")
    row.deadlines = {"forget": DUE_MS}
    tables = Tables()
    encoded = encode_conversation(row)
    tables.merge(Write("conversations", f"chat-{i}".encode(), encoded) for i in range(CLOSED))
    tables.index()
    return tables


def test_a_storm_of_forgets_is_cut_into_batches() -> None:
    tables = closed_tables()
    sizes, done = [], False
    while not done:
        step = Step(tables, Directory(), outputs_max=MOST)
        done = step.fire_timers(DUE_MS)
        batch = step.finish({})
        sizes.append(sum(write.table == "conversations" for write in batch.writes))
        tables.commit(batch)
    assert sizes == [MOST, MOST, CLOSED - 2 * MOST]
    assert not tables.conversations
