"""What `omnistate top` has to tell, as tables of texts: the board's rooms, the urgent first.

It makes rows of an overview and lays nothing out. Whatever is over or late has a sign, too.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from omnistate_schemas.read_api import FiguresRow, LagRow, Overview, QueueNow, RepresentativeNow
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import Status
from rich.text import Text

from omnistate.cli.command_end import printable
from omnistate.cli.top_words import (
    COLOURS,
    DIM,
    LAG_STEPS,
    LATE,
    MARK,
    QUEUE_STEPS,
    describe_age,
    describe_shortly,
    draw_bar,
    name,
)

STATUSES: Final[tuple[Status, ...]] = (
    "open",
    "active",
    "waiting",
    "wrap_up",
    "resolved",
    "scheduled",
    "closed",
)
# A lag that was measured so long before the rest says nothing of now.
LAG_OLD_MS: Final = 15_000
# The window that leads, s.
HOUR: Final = 3_600
FIGURES: Final = {
    "offered": "offer",
    "accepted": "accept",
    "abandoned": "aband",
    "service_level": "level",
    "average_answer_seconds": "answer",
    "average_handle_seconds": "handle",
    "average_wrap_up_seconds": "wrap-up",
    "transfers": "transf",
    "reopened": "reopen",
}


class Room(NamedTuple):
    """A table: the heads of its columns, of which the first `texts` are texts, and its rows."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[Text, ...]]
    # What is said where there is no row.
    none: str
    texts: int = 1
    late: bool = False
    # Rows that the overview does not have.
    beyond: int = 0


def conversations(overview: Overview) -> Room:
    """How many are in each status, all together and by workstream."""
    counts = overview.counts.root
    totals = {each: sum(own.get(each, 0) for own in counts.values()) for each in STATUSES}
    shown = [each for each in STATUSES if totals[each] or each not in {"resolved", "scheduled"}]
    rows = [("all", totals), *sorted(counts.items())]
    return Room(
        ("workstream", *(each.replace("_", "-") for each in shown)),
        [(name(id_), *(_count(each, own.get(each, 0)) for each in shown)) for id_, own in rows],
        "",
    )


def queues(overview: Overview) -> Room:
    """Queues in which somebody waits, the oldest first."""
    waiting = sorted((each for each in overview.queues if each.open), key=lambda each: -_age(each))
    return Room(
        ("queue, oldest first", "open", "oldest"),
        [
            (
                name("in no queue" if each.queue_id is None else each.queue_id),
                Text(f"{each.open:,}"),
                describe_age(_age(each), QUEUE_STEPS),
            )
            for each in waiting
        ],
        "No conversation waits for anybody.",
        beyond=max(overview.queue_totals.known - len(waiting), 0),
    )


def _age(queue: QueueNow) -> float:
    return queue.oldest_seconds or 0.0


def representatives(overview: Overview) -> Room:
    """Everybody: who is furthest over their limit first, then whoever has most to do."""
    people = sorted(overview.representatives, key=_urgency)
    over = overview.representative_totals.over_limit
    return Room(
        (f"people, {over} over", "presence", "load", "profiles", "units", "over", "work"),
        [
            (
                name(each.representative_id),
                _presence(each),
                draw_bar(each.occupied_units, each.units),
                _profiles(each),
                Text(f"{each.occupied_units:,}{_granted(each)}/{each.units:,}"),
                _over(-each.available_units),
                Text(f"{each.conversations}" + (f" + {each.offers}" if each.offers else "")),
            )
            for each in people
        ],
        "No representative has held anything yet.",
        texts=4,
        beyond=max(overview.representative_totals.known - len(people), 0),
    )


def _urgency(each: RepresentativeNow) -> tuple[int, float, str]:
    if each.available_units < 0:
        return each.available_units, 0.0, each.representative_id
    return 0, -each.occupied_units / max(each.units, 1), each.representative_id


def _presence(each: RepresentativeNow) -> Text:
    why = ""
    if each.presence_reason == "set_by_supervisor":
        why = " · by supervisor"
    elif each.presence_reason == "lost":
        why = f" · {MARK} lost"
    elif each.presence in {"available", "busy"} and not each.assignable:
        why = " · blocked"
    return Text(each.presence.replace("_", " ") + why, COLOURS.get(each.presence, DIM))


def _granted(each: RepresentativeNow) -> str:
    """What the gate has given them beside what they hold."""
    return f" + {each.granted_units:,}" if each.granted_units else ""


def _over(units: int) -> Text:
    return Text(f"{MARK} {units:,}", LATE) if units > 0 else Text()


def _profiles(each: RepresentativeNow) -> Text:
    words = []
    for id_, slots in each.profiles.items():
        over = slots.occupied > slots.limit
        sign = f" {MARK}" if over else ""
        text = f"{printable(id_)} {slots.occupied}/{slots.limit}{sign}"
        words.append(Text(text, LATE if over else ""))
    return Text(" · ").join(words)


def figures(overview: Overview, *, everything: bool) -> Room:
    """Service figures by workstream in the present hour; or every window, and each queue, too."""
    rows = sorted(
        (each for each in overview.figures if everything or _leads(each)),
        key=lambda each: (-each.window_seconds, each.span, each.workstream_id, each.queue_id),
    )
    heads = ("figures", "window") if everything else ("figures, hour",)
    return Room(
        (*heads, *FIGURES.values()),
        [_figures_row(each, with_window=everything) for each in rows],
        "No service figures in this window.",
        texts=len(heads),
    )


def _leads(row: FiguresRow) -> bool:
    return row.window_seconds == HOUR and row.span == "current" and not row.queue_id


def _figures_row(row: FiguresRow, *, with_window: bool) -> tuple[Text, ...]:
    numbers = row.model_extra or {}
    place = name(f"{row.workstream_id} / {row.queue_id}" if row.queue_id else row.workstream_id)
    before = " before" if row.span == "previous" else ""
    window = "hour" if row.window_seconds == HOUR else f"{row.window_seconds // 60} min"
    cells = (_figure(each, numbers.get(each)) for each in FIGURES)
    return (place, Text(window + before), *cells) if with_window else (place, *cells)


def _figure(figure: str, value: float | None) -> Text:
    if value is None:
        return Text("–", DIM)
    if figure == "service_level":
        # Cut off: what is not quite all must not look like it.
        return Text(f"{int(value * 100 + 1e-9)} %")
    if figure.endswith("_seconds"):
        return Text(describe_shortly(value))
    return Text(f"{value:,.0f}", "" if value else DIM)


def lag(overview: Overview) -> Room:
    """How far each group is behind in each partition, the furthest first."""
    rows = sorted(overview.lag, key=lambda each: -each.seconds)
    old = lag_old_since(overview)
    return Room(
        (f"lag as of {old}" if old else "lag: group", "topic", "partition", "records", "oldest"),
        [_lag_row(each) for each in rows],
        "The lag has not been measured: does Kafka answer?",
        texts=2,
        late=old is not None,
    )


def _lag_row(row: LagRow) -> tuple[Text, ...]:
    age = describe_age(row.seconds, LAG_STEPS)
    topic = Text(row.topic if row.reason is None else f"{row.topic}: {row.reason}")
    return Text(row.group), topic, Text(f"{row.partition}"), Text(f"{row.records:,}"), age


def lag_old_since(overview: Overview) -> str | None:
    """When the lag was measured last (UTC), where that is too long ago."""
    measured = overview.lag_measured_at
    if measured is None:
        return None
    passed_ms = parse_time_ms(overview.generated_at) - parse_time_ms(measured)
    return measured[11:19] if passed_ms > LAG_OLD_MS else None


def _count(status: Status, number: int) -> Text:
    return Text(f"{number:,}", COLOURS.get(status, DIM) if number else DIM)
