"""`omnistate router`: what the router makes of a conversation, from the topics alone."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.configuration.configuration_topics import Published
    from omnistate.adapters.kafka.internals.batches import UnreadableBatch
    from omnistate.audit.source import TopicReader
    from omnistate.core.router.explanation import Explanation
    from omnistate.core.router.queue_explanation import QueueExplained
    from omnistate.core.router.seen import ConversationSeen
    from omnistate.process.process_settings import Settings
    from omnistate.stream.router.pictured_records import PicturedRecords
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

NAME = "router"
T = TypeVar("T")

commands = typer.Typer(help="Look at what the router makes of things.")


@commands.callback()
def _group() -> None:
    """Look at what the router makes of things."""


@commands.command("explain", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def explain(
    settings: Settings,
    conversation: Annotated[
        str, typer.Argument(metavar="CONVERSATION", help="The conversation's id.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Say why a conversation is not assigned; exit status 1 where it is unknown.

    It reads the configuration and the outputs to their ends, decides as the router would, and says
    what stands against each person. It changes nothing.
    """
    from omnistate.cli.router_words import format_json, format_lines
    from omnistate.core.router.explanation import explain as explain_one

    def look(pictured: "Pictured") -> "Explanation | None":
        if pictured.last is None:
            return None
        records = pictured.records
        return explain_one(records.router.picture, records.taken_up, pictured.last, pictured.now_ms)

    return _print_picture(
        settings,
        conversation,
        look,
        f"conversation {conversation} is unknown",
        format_json if as_json else format_lines,
    )


@commands.command("waiting", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def waiting(
    settings: Settings,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's id.")],
    limit: Annotated[
        int, typer.Option(min=1, max=1_000, help="So many of what waits, the first ones.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """List what waits in a queue, in the order in which it is given out; 1 where it is unknown.

    Each with an estimate of the wait, and how many people have what against them. It changes
    nothing.
    """
    from omnistate.cli.router_words import format_json, format_queue
    from omnistate.core.router.queue_explanation import explain_queue

    def look(pictured: "Pictured") -> "QueueExplained | None":
        records = pictured.records
        return explain_queue(
            records.router.picture, records.taken_up, queue, pictured.now_ms, limit
        )

    return _print_picture(
        settings,
        None,
        look,
        f"queue {queue} is not configured",
        format_json if as_json else format_queue,
    )


class Pictured(NamedTuple):
    """What a router knows at epoch `now_ms`, after it decided; `last` of one conversation."""

    records: "PicturedRecords"
    last: "ConversationSeen | None"
    now_ms: int


def _print_picture(
    settings: Settings,
    conversation_id: str | None,
    look: "Callable[[Pictured], T | None]",
    unknown: str,
    format_: "Callable[[T], str]",
) -> int:
    import time

    from omnistate.cli.command_end import say
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import ExitStatus

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.configuration.configuration_topics import read_published
        from omnistate.adapters.kafka.records.topic_reader import open_reader

        del topology
        async with open_reader(connection) as reader:
            counts = {topic: await reader.partitions(topic) for topic in CONFIGURATION_TOPICS}
            published = await read_published(connection, counts, _say_unreadable)
            now_ms = round(time.time() * 1_000)
            found = look(await read_picture(reader, published, conversation_id, now_ms))
        if found is None:
            say(NAME, unknown)
            return ExitStatus.FAILED
        print(format_(found))
        return ExitStatus.DONE

    return run_on_cluster(settings, work)


CONFIGURATION_TOPICS = ("workstreams", "capacity-profiles", "representatives", "queues")


async def read_picture(
    reader: "TopicReader",
    published: "Mapping[str, Published]",
    conversation_id: str | None,
    now_ms: int,
) -> Pictured:
    """What a router would know and decide at epoch `now_ms`, and the last change of one of them.

    What cannot be used is said on standard error, and passed over.
    """
    from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

    from omnistate.cli.command_end import say
    from omnistate.core.router.router import Router
    from omnistate.core.router.seen import RefusalSeen
    from omnistate.stream.router.pictured_records import PicturedRecords, UnusableRecord

    records = PicturedRecords(Router())
    _configure(records, published)
    wanted = None if conversation_id is None else conversation_id.encode()
    last = None
    for topic in (CONVERSATION_STATES, REPRESENTATIVE_CAPACITY):
        starts, ends = await reader.beginnings(topic), await reader.ends(topic)
        for partition, (start, end) in enumerate(zip(starts, ends, strict=True)):
            async for chunk in reader.records(topic, partition, start, end):
                for record in chunk:
                    try:
                        seen = records.take(record, now_ms)
                    except UnusableRecord as error:
                        where = f"{topic}/{partition}/{record.offset}"
                        say(NAME, f"cannot be used, and left out: {where}: {error}")
                        continue
                    if topic == CONVERSATION_STATES and record.key == wanted:
                        assert not isinstance(seen, RefusalSeen)
                        last = seen
    records.router.decide(now_ms)
    return Pictured(records, last, now_ms)


def _configure(records: "PicturedRecords", published: "Mapping[str, Published]") -> None:
    from omnistate.adapters.kafka.configuration.configuration_topics import (
        UnusableObject,
        decode_key,
        decode_object,
    )
    from omnistate.cli.command_end import say

    for topic, values in published.items():
        for key, value in values.items():
            if value is None:
                continue
            try:
                records.configure(topic, decode_key(key), decode_object(topic, value))
            except UnusableObject as error:
                say(NAME, f"cannot be used, and left out: {topic} {ascii(key)[2:-1]}: {error}")


def _say_unreadable(topic: str, partition: int, batch: "UnreadableBatch") -> None:
    from omnistate.cli.command_end import say

    say(NAME, f"cannot be read, and left out: {topic}/{partition} {batch.offsets}: {batch.reason}")
