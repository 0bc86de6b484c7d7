"""Settings of the peers that have many: what is taken, and what was tried (`--only tuning`)."""

from typing import Final

# The best of the trials below (`--only tuning`).
FAUST_TUNED: Final = (
    "loop=uvloop",
    "silent=True",
    "producer_linger=0.005",
    "producer_acks=1",
    "stream_buffer_maxsize=16384",
    "broker_max_poll_records=5000",
)
FAUST_TRIALS: Final = (
    (),
    ("loop=uvloop",),
    ("soon=True",),
    ("silent=True",),
    ("producer_linger=0.005",),
    ("producer_acks=1",),
    ("producer_threaded=True",),
    ("stream_buffer_maxsize=16384", "broker_max_poll_records=5000"),
    ("broker_commit_every=10000", "broker_commit_interval=1"),
    ("store=rocksdb://",),
    FAUST_TUNED,
    (*FAUST_TUNED, "producer_threaded=True"),
    FAUST_TUNED[1:],
    (*FAUST_TUNED, "processing_guarantee=exactly_once"),
)
# Under load the number counts, else the interval: its default of 5 s would be the latency.
QUIX: Final = ("commit_every=4000", "commit_interval=0.25")
# The quickest of the trials, with that latency.
QUIX_QUICKEST: Final = ("commit_every=20000",)
QUIX_TRIALS: Final = (
    (),
    ("commit_interval=1",),
    ("commit_interval=0.1",),
    ("commit_every=4000",),
    QUIX_QUICKEST,
    ("commit_every=20000", "commit_interval=0.5"),
    ("commit_every=8000", "commit_interval=0.25"),
    QUIX,
)
