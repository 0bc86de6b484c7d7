"""Quix Streams: exactly once, its state store (RocksDB) and its changelog.

`--set name=value` overrules a setting of its Application.
"""

from typing import Any

from quixstreams import Application, State

from bench.peers.job import read_job


def count(_: bytes, state: State) -> bytes:
    """How often this key has been seen."""
    found: int = state.get("count", 0) + 1
    state.set("count", found)
    return b"%d" % found


def main() -> None:
    """Run until SIGTERM."""
    job = read_job()
    settings: dict[str, Any] = {name: float(text) for name, text in job.settings.items()}
    app = Application(
        job.brokers,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        state_dir=job.folder,
        loglevel="WARNING",
        **settings,
    )
    source = app.topic(job.inputs[0], key_deserializer="bytes", value_deserializer="bytes")
    output = app.topic(job.output, key_serializer="bytes", value_serializer="bytes")
    app.dataframe(source).apply(count, stateful=True).to_topic(output)
    print("ready now", flush=True)
    app.run()


if __name__ == "__main__":
    main()
