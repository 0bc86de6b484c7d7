"""`omnistate dead-letters`: look at what could not be decoded, and put it back, once.

A letter's value is shown only where that is asked for: it may be somebody's words.
"""

import base64
import json
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.dead_letters.letter import Letter
    from omnistate.adapters.kafka.dead_letters.redrive import Outcome, Redrive
    from omnistate.adapters.kafka.dead_letters.redrive_progress import RedriveProgress
    from omnistate.adapters.kafka.internals.batches import UnreadableBatch
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

MESSAGE_WIDTH: Final = 80

commands = typer.Typer(help="Look at dead letters; put them back where they came from, once.")


@commands.command("list", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def list_letters(
    settings: Settings,
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="Show so many, the newest ones.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    values: Annotated[
        bool, typer.Option("--values", help="Also show their content: it may be anything.")
    ] = False,
) -> int:
    """Show dead letters: where each came from, what was wrong, and whether it has gone back."""
    from omnistate.cli.session import run_on_cluster

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.dead_letters.dead_letter_reader import open_letter_box

        async with open_letter_box(connection, topology) as box:
            progress = await box.progress()
            letters = await box.newest(limit)
        _say_unreadable("dead-letters list", box.unreadable)
        rows = [describe(letter, progress, topology, values=values) for letter in letters]
        if as_json:
            for row in rows:
                print(json.dumps(row, ensure_ascii=False))
        else:
            _print_table(rows)
        return 0

    return run_on_cluster(settings, work)


@commands.command("redrive", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def redrive(
    settings: Settings,
    limit: Annotated[int | None, typer.Option(min=1, help="Put so many back at most.")] = None,
    error: Annotated[str | None, typer.Option(help="Only letters with this error.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="Only letters that came from this topic.")
    ] = None,
    older: Annotated[
        bool,
        typer.Option(
            "--older", help="Also letters so old that the cluster forgot whether they went back."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go back, and put nothing back.")
    ] = False,
) -> int:
    """Put the dead letters that wait back where they came from; each goes back once."""
    from omnistate.cli.session import run_on_cluster

    async def work(connection: "Connection", topology: "Topology") -> int:
        from rich.console import Console
        from rich.progress import Progress as Bar

        from omnistate.adapters.kafka.admin.cluster import open_cluster
        from omnistate.adapters.kafka.dead_letters.redrive import Redrive, Selection

        _check(topology, error, origin)
        # A transactional producer would not say why no broker can be reached.
        async with open_cluster(connection):
            pass
        console = Console(stderr=True)
        with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("redrive", total=None)

            def report(letter: "Letter", outcome: "Outcome") -> None:
                bar.advance(task)
                _report(letter, outcome, topology, dry_run=dry_run)

            run = Redrive(topology, Selection(limit, error, origin, older), report)
            await run.run(connection, dry=dry_run)
        _say_unreadable("dead-letters redrive", run.unreadable)
        _summarise(run, dry_run=dry_run)
        return 0

    return run_on_cluster(settings, work)


def _check(topology: "Topology", error: str | None, origin: str | None) -> None:
    """Raise Unusable where no letter can be of this error or from this topic."""
    from omnistate_schemas.vocabulary import DeadLetterCode

    from omnistate.process.errors import Unusable

    origins = [topic.name for topic in topology.topics if topic.kind == "input"]
    known = {"--error": (error, get_args(DeadLetterCode)), "--origin": (origin, origins)}
    for option, (given, names) in known.items():
        if given not in {None, *names}:
            raise Unusable(f"{option}: must be one of {', '.join(names)}")


def describe(
    letter: "Letter",
    progress: "Mapping[int, RedriveProgress]",
    topology: "Topology",
    *,
    values: bool,
) -> dict[str, Any]:
    """What is to be said about a letter, its value only where asked for."""
    from omnistate_schemas.times import format_time

    row: dict[str, Any] = {
        "time": format_time(letter.timestamp_ms),
        "state": _state(letter, progress[letter.partition], topology),
        "error": letter.error,
        "origin": letter.origin and letter.origin._asdict(),
        "key": _text(letter.key),
        "size": letter.size,
        "message": letter.message,
        "partition": letter.partition,
        "offset": letter.offset,
    }
    if values:
        row |= _value(letter.value)
    return row


def _state(letter: "Letter", progress: "RedriveProgress", topology: "Topology") -> str:
    from omnistate.adapters.kafka.dead_letters.letter import find_obstacle

    if find_obstacle(letter, topology) is not None:
        return "impossible"
    if progress.waits(letter.offset):
        return "waiting"
    return "unknown" if letter.offset < progress.unknown else "returned"


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode(errors="backslashreplace")


def _value(value: bytes | None) -> dict[str, str | None]:
    try:
        return {"value": None if value is None else value.decode()}
    except UnicodeDecodeError:
        return {"value_base64": base64.b64encode(value or b"").decode()}


def _print_table(rows: list[dict[str, Any]]) -> None:
    from omnistate.cli.command_end import printable

    lines = []
    for row in rows:
        origin = "/".join(str(part) for part in (row["origin"] or {}).values())
        words = [row["time"], row["state"], row["error"], origin, row["key"], f"{row['size']} B"]
        lines.append([printable(str(word or "-")) for word in words])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for row, line in zip(rows, lines, strict=True):
        padded = [word.ljust(width) for word, width in zip(line, widths, strict=True)]
        print("  ".join([*padded, printable(row["message"] or "-")[:MESSAGE_WIDTH]]).rstrip())
        for member in ("value", "value_base64"):
            if member in row:
                print(f"    {printable(str(row[member]))}")
    print(f"{len(rows)} dead letters" if rows else "no dead letters")


def _report(letter: "Letter", outcome: "Outcome", topology: "Topology", *, dry_run: bool) -> None:
    from omnistate.adapters.kafka.dead_letters.letter import find_obstacle
    from omnistate.cli.command_end import say

    place = f"dead letter {letter.partition}/{letter.offset}"
    if outcome == "impossible":
        say("dead-letters redrive", f"{place} stays: {find_obstacle(letter, topology)}")
    elif outcome == "crowded":
        say(
            "dead-letters redrive",
            f"{place} and those behind it wait: too many were passed over; "
            "put some of those back first",
        )
    elif outcome == "redriven" and dry_run:
        print(f"would put back {letter.origin} ({letter.error})")


def _say_unreadable(command: str, batches: "Mapping[tuple[int, int], UnreadableBatch]") -> None:
    from omnistate.cli.command_end import say

    for (partition, _), batch in sorted(batches.items()):
        offsets = f"dead-letters/{partition}, {batch.offsets}"
        say(command, f"{offsets}: cannot be read ({batch.reason}): left out")


def _summarise(run: "Redrive", *, dry_run: bool) -> None:
    from omnistate.cli.command_end import say

    topics = ", ".join(f"{number} to {topic}" for topic, number in sorted(run.returned.items()))
    said = [f"{'would put' if dry_run else 'put'} {run.tally['redriven']} back"]
    said[0] += f" ({topics})" if topics else ""
    if run.tally["skipped"]:
        said.append(f"passed over {run.tally['skipped']}")
    if run.tally["impossible"]:
        said.append(f"{run.tally['impossible']} cannot go back")
    print(", ".join(said))
    if run.older:
        say(
            "dead-letters redrive",
            "there are letters so old that it is not known whether they went back before: "
            "--older takes them",
        )
