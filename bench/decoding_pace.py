"""`make bench-decoding`: what it costs to decode an event, in each form that it may have.

Beside each form stands what the full decoding takes for it in the same run, and how it compares
with the plainest form. CPU times of this process, the least of several rounds.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from omnistate.stream.cloudevents import STRUCTURED
from omnistate.stream.compilation import COMPILED
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.gc_tuning import tune_garbage_collection
from omnistate.stream.ports import Headers, Record
from omnistate_schemas.registry import INPUTS

Decode = Callable[[Record, int], object]
ROUNDS: Final = 15
REPEATS: Final = 500
PLAINEST: Final = "structured, nothing but the event"
TRACE: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CONTENT_TYPE: Final = ("content-type", STRUCTURED.encode())
TYPES: Final = ("conversation.started", "customer.messaged", "router.assign", "customer.ended")


def example_of(name: str) -> dict[str, Any]:
    """The event that the schemas give as an example of a type."""
    examples: Any = INPUTS[name].model.model_config["json_schema_extra"]
    return dict(examples["examples"][0])


def structured(
    event: Mapping[str, Any], *headers: tuple[str, bytes], spaced: bool = False
) -> Record:
    """The record of an event in structured mode."""
    text = json.dumps(event, separators=None if spaced else (",", ":"), ensure_ascii=False)
    return record_of(event, text.encode(), (CONTENT_TYPE, *headers))


def binary(event: Mapping[str, Any], *headers: tuple[str, bytes]) -> Record:
    """The record of an event in binary mode."""
    text = json.dumps(event["data"], separators=(",", ":"), ensure_ascii=False)
    attributes = [(f"ce_{name}", str(each).encode()) for name, each in event.items()]
    own = tuple(each for each in attributes if each[0] != "ce_data")
    return record_of(event, text.encode(), (*own, ("content-type", b"application/json"), *headers))


def record_of(event: Mapping[str, Any], text: bytes, headers: Headers) -> Record:
    """A record of the topic that the event's type belongs to."""
    topic = INPUTS[event["type"]].topic
    return Record(topic, 0, 7, 1_772_442_922_123, event["subject"].encode(), text, headers)


def forms_of(event: dict[str, Any]) -> dict[str, Record]:
    """One event in every form; the first is the plainest."""
    telemetry = (("traceparent", TRACE.encode()), ("tracestate", b"vendor=17"))
    extended = event | {"traceparent": TRACE, "sequence": "17", "tenant": "north"}
    parameter = (("content-type", f"{STRUCTURED}; charset=UTF-8".encode()),)
    return {
        PLAINEST: structured(event),
        "structured, white space between members": structured(event, spaced=True),
        "structured, members the other way round": structured(dict(reversed([*event.items()]))),
        "structured, content type with a parameter": structured(event)._replace(headers=parameter),
        "structured, OpenTelemetry's headers": structured(event, *telemetry),
        "structured, extension traceparent": structured(event | {"traceparent": TRACE}),
        "structured, extension partitionkey": structured(
            event | {"partitionkey": event["subject"]}
        ),
        "structured, three extensions and headers": structured(extended, *telemetry),
        "structured, unknown member of the data": structured(
            event | {"data": {**event["data"], "widget": "w-17"}}
        ),
        "binary": binary(event),
        "binary, OpenTelemetry's headers": binary(event, *telemetry),
        "binary, extension traceparent": binary(event | {"traceparent": TRACE}),
        "binary, three extensions and headers": binary(extended, *telemetry),
    }


def measure(decode: Decode, records: list[Record]) -> float:
    """Microseconds a record."""
    began = time.process_time()
    for _ in range(REPEATS):
        for record in records:
            decode(record, 1)
    return (time.process_time() - began) / (REPEATS * len(records)) * 1e6


def measure_all(rounds: int) -> dict[str, tuple[float, float]]:
    """By form, with the shortcut and in full: the least of rounds in which all take turns."""
    forms: dict[str, list[Record]] = {}
    for name in TYPES:
        for form, record in forms_of(example_of(name)).items():
            forms.setdefault(form, []).append(record)
    decoders: tuple[Decode, ...] = (decode_record, decode_in_full)
    found: dict[str, list[list[float]]] = {form: [[], []] for form in forms}
    for _ in range(rounds):
        for form, records in forms.items():
            for decode, times in zip(decoders, found[form], strict=True):
                times.append(measure(decode, records))
    return {form: (min(fast), min(full)) for form, (fast, full) in found.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="the figures for a program")
    arguments = parser.parse_args()
    tune_garbage_collection()
    found = measure_all(arguments.rounds)
    if arguments.json:
        print(json.dumps({"compiled": COMPILED, "us": found}))
        return
    plainest = found[PLAINEST][0]
    print("compiled" if COMPILED else "plain Python")
    print(f"{'microseconds an event':<44}{'as it is':>10}{'in full':>10}{'of the plainest':>18}")
    for form, (fast, full) in found.items():
        print(f"{form:<44}{fast:>10.2f}{full:>10.2f}{fast / plainest:>17.2f}x")


if __name__ == "__main__":
    main()
