"""Every private member we reach for is there in the pinned aiokafka, and does what we think."""

import tomllib
from importlib.metadata import version
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.consumer.fetcher import FetchError, FetchResult
from aiokafka.producer.message_accumulator import MessageBatch
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest
from omnistate.adapters.kafka.internals import fetching, requests, resources, sending
from omnistate.adapters.kafka.internals.batches import CheckedRecords, FetchedBatches
from packaging.requirements import Requirement

from tests.adapters.unstarted_clients import OTHER, PLACE, Clients, as_fetched, clients
from tests.architecture.aiokafka_reaches import INTERNALS, ROOT, private_members

__all__ = ["clients"]
HEADERS = [("h", b"\xff"), ("none", None)]


def test_the_version_is_the_pinned_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = {each.name: str(each.specifier) for each in map(Requirement, project["dependencies"])}
    assert pins["aiokafka"] == f"=={version('aiokafka')}"


async def test_every_member_is_there(clients: Clients) -> None:
    batch = sending.open_batch(1_000, sending.PLAIN)
    accumulated = MessageBatch(PLACE, batch, 1.0, 1.0)
    records = CheckedRecords(PLACE, FetchedBatches(b""), [], 0, None, None, True, 0)
    result = FetchResult(PLACE, assignment=None, partition_records=records, backoff=0)
    member, reader, producer, admin, connection = clients
    joining = JoinGroupRequest("group", 1, 1, "", "", "consumer", [])
    heartbeat = HeartbeatRequest("group", 1, "member")
    places: dict[str, object] = {
        "_client": (member, reader, admin),
        "_sync_task": (member._client, producer.client),
        "_conns": (member._client, producer.client),
        "_writer": connection,
        "_sender": producer,
        "_coordinator": (member, reader),
        "_coordination_task": member._coordinator,
        "_heartbeat_task": member._coordinator,
        "_commit_refresh_task": member._coordinator,
        "_reset_committed_task": reader._coordinator,
        "_fetcher": (member, reader),
        "_fetch_task": member._fetcher,
        "_pending_tasks": member._fetcher,
        "_prefetch_backoff": member._fetcher,
        "_records": member._fetcher,
        "_partition_records": result,
        "_consumer_record": records,
        "_subscription": member,
        "_txn_manager": producer,
        "_transaction_waiter": producer._txn_manager,
        "_message_accumulator": producer,
        "_batches": producer._message_accumulator,
        "_pending_batches": producer._message_accumulator,
        "_drain_waiter": accumulated,
        "_builder": batch,
        "_relative_offset": batch,
        "_send_request": admin,
        "_group_protocols": joining,
        "_group": heartbeat,
        "_generation_id": heartbeat,
        "_member_id": (heartbeat, joining),
        "_pending_exception": member._coordinator,
    }
    reached = {each.name for path in INTERNALS.rglob("*.py") for each in private_members(path)}
    assert reached == set(places)
    for name, place in places.items():
        for each in place if type(place) is tuple else (place,):
            assert hasattr(each, name), f"{type(each).__name__}.{name}"


async def test_lines_go_into_a_batch_and_come_out_as_our_records(clients: Clients) -> None:
    reader = clients.reader
    for codec in (sending.PLAIN, sending.GZIP):
        batch = sending.open_batch(100_000, codec)
        append = sending.appender_of(batch)
        for number, value in enumerate((b"v0", None)):
            assert append(number, 1_000 + number, b"k", value, HEADERS) is not None
        sending.set_count(batch, 2)
        assert batch.record_count() == 2

        reader._subscription.assign_from_user({PLACE, OTHER})
        assignment = reader._subscription.subscription.assignment
        fetching.set_record_factory(reader, PLACE, lambda _, raw: (raw.offset, raw.timestamp, raw))
        for place in (PLACE, OTHER):
            assignment.state_value(place).seek(7)
            records = CheckedRecords(place, as_fetched(batch), [], 7, None, None, True, 0)
            reader._fetcher._records[place] = FetchResult(
                place, assignment=assignment, partition_records=records, backoff=0
            )
        found = await reader.getmany(timeout_ms=0)
        ours, theirs = found[PLACE], found[OTHER]
        assert [each[:2] for each in ours] == [(7, 1_000), (8, 1_001)]
        for (*_, raw), record in zip(ours, theirs, strict=True):
            assert type(record) is ConsumerRecord
            members = (raw.key, raw.value, tuple(raw.headers))
            assert members == (record.key, record.value, record.headers)
        assert fetching.next_offset(reader, PLACE) == 9
        reader._subscription.unsubscribe()


async def test_a_full_batch_takes_no_more() -> None:
    append = sending.appender_of(sending.open_batch(200, sending.PLAIN))
    assert append(0, None, None, bytes(150), []) is not None
    assert append(1, None, None, bytes(150), []) is None


async def test_an_error_in_the_place_of_records_is_left_alone(clients: Clients) -> None:
    fetching.set_record_factory(clients.reader, PLACE, lambda _, raw: raw)
    error = FetchError(error=ValueError(), backoff=0)
    clients.reader._fetcher._records[PLACE] = error
    assert clients.reader._fetcher._records == {PLACE: error}


async def test_how_far_a_partition_is_behind(clients: Clients) -> None:
    reader = clients.reader

    def read() -> tuple[int | None, int]:
        return fetching.next_offset(reader, PLACE), fetching.unread_count(reader, PLACE)

    assert read() == (None, 0)
    reader._subscription.assign_from_user({OTHER})
    assert read() == (None, 0)
    reader._subscription.unsubscribe()
    reader._subscription.assign_from_user({PLACE})
    assert read() == (None, 0)
    state = reader._subscription.subscription.assignment.state_value(PLACE)
    state.seek(7)
    assert read() == (7, 0)
    state.highwater = 10
    assert read() == (7, 3)
    state.highwater = 5
    assert read() == (7, 0)


async def test_fetches_go_on_while_a_partition_is_unread(clients: Clients) -> None:
    assert clients.member._fetcher._prefetch_backoff > 0
    fetching.keep_fetching(clients.member)
    assert clients.member._fetcher._prefetch_backoff == 0


async def test_the_sender_is_the_task_that_a_producer_dies_with(clients: Clients) -> None:
    producer = clients.producer
    assert sending.sender_of(producer) in resources.tasks_of(producer)


async def test_requests_are_sent_as_they_are_meant(clients: Clients) -> None:
    sent: list[tuple[Any, ...]] = []

    async def send(node: int, request: Any) -> None:
        struct = request.prepare({request.API_KEY: (0, 0), 3: (4, 4), 9: (2, 2)})
        members = [struct.get_item(name) for name in struct.SCHEMA.names]
        sent.append((node, struct.API_KEY, struct.API_VERSION, *members))

    client = clients.admin._client
    client.send, client.get_random_node = send, lambda: 5
    await requests.fetch_metadata(clients.admin, ["things"])
    await requests.fetch_offsets(clients.admin, "group", 3)
    await requests.alter_configs(clients.admin, {"things": {"a": "1"}}, validate_only=True)
    assert sent == [
        # Topics, and that none of them is to be created.
        (5, 3, 4, ["things"], False),
        # Whatever the group has committed.
        (3, 9, 2, "group", None),
        # Of a topic (2) set (0) one key.
        (5, 44, 0, [(2, "things", [("a", 0, "1")])], True),
    ]
