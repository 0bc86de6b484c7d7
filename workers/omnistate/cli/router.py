"""`omnistate router`: what the router makes of a conversation, from the topics alone."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.configuration.configuration_topics import Published
    from omnistate.adapters.kafka.internals.batches import UnreadableBatch
    from omnistate.audit.source import TopicReader
    from omnistate.core.router.explanation import Explanation
    from omnistate.process.process_settings import Settings
    from omnistate.stream.router.pictured_records import PicturedRecords
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

NAME = "router explain"

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
    import time

    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import ExitStatus

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.configuration.configuration_topics import read_published
        from omnistate.adapters.kafka.records.topic_reader import open_reader

        del topology
        async with open_reader(connection) as reader:
            counts = {topic: await reader.partitions(topic) for topic in CONFIGURATION_TOPICS}
            published = await read_published(connection, counts, _say_unreadable)
            found = await read_explanation(
                reader, published, conversation, round(time.time() * 1_000)
            )
        if found is None:
            from omnistate.cli.command_end import say

            say(NAME, f"conversation {conversation} is unknown")
            return ExitStatus.FAILED
        print(format_json(found) if as_json else format_lines(found))
        return ExitStatus.DONE

    return run_on_cluster(settings, work)


CONFIGURATION_TOPICS = ("workstreams", "capacity-profiles", "representatives", "queues")


async def read_explanation(
    reader: "TopicReader",
    published: "Mapping[str, Published]",
    conversation_id: str,
    now_ms: int,
) -> "Explanation | None":
    """What is said of a conversation at epoch `now_ms`; None: it is unknown.

    What cannot be used is said on standard error, and passed over.
    """
    from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

    from omnistate.cli.command_end import say
    from omnistate.core.router.explanation import explain
    from omnistate.core.router.router import Router
    from omnistate.core.router.seen import RefusalSeen
    from omnistate.stream.router.pictured_records import PicturedRecords, UnusableRecord

    records = PicturedRecords(Router())
    _configure(records, published)
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
                    if topic == CONVERSATION_STATES and record.key == conversation_id.encode():
                        assert not isinstance(seen, RefusalSeen)
                        last = seen
    if last is None:
        return None
    records.router.decide(now_ms)
    return explain(records.router.picture, records.taken_up, last, now_ms)


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


def format_json(found: "Explanation") -> str:
    """One JSON object on one line."""
    import msgspec

    return msgspec.json.encode(found).decode()


def format_lines(found: "Explanation") -> str:
    """The same for people."""
    where = f" in {found.queue_id}" if found.queue_id else ""
    state = found.detail or found.status
    lines = [f"{found.conversation_id}: {state}{where}, sequence {found.sequence}", found.says]
    if found.place is not None:
        lines.append(f"place {found.place} of {found.waiting} in {found.queue_id}")
    if found.wait is not None:
        seconds = found.wait.seconds
        length = "no estimate of the wait" if seconds is None else f"about {seconds:g} s to wait"
        lines.append(f"{length}: {found.wait.how}")
    if found.people:
        lines.append("people")
    for person in found.people:
        mark = ", preferred" if person.preferred else ""
        word = (person.obstacle or "free").replace("_", " ")
        lines.append(
            f"  {person.representative_id} (rank {person.rank}{mark}): {word}: {person.says}"
        )
    if found.overflow:
        lines.append("overflow, the first that holds")
    for rule in found.overflow:
        word = "holds" if rule.holds else rule.when.replace("_", " ")
        lines.append(f"  {rule.number + 1}. {word}: {rule.says}")
    return "\n".join(lines)
