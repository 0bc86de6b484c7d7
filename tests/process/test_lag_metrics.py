"""What the lag worker shows: names as on the cluster, ages as of when somebody asks."""

import re
import time

from omnistate.adapters.kafka.lag.group_lag import Lag, Measurement
from omnistate.process.lag.lag_metrics import LagMetrics
from omnistate.process.worker_metrics import WorkerMetrics


def sample(text: str, name: str) -> tuple[str, float]:
    """The labels and the value of a metric's one sample."""
    (found,) = re.findall(rf"^{name}(?:{{(.*)}})? (.+)$", text, re.MULTILINE)
    return found[0], float(found[1])


def test_nothing_is_shown_before_anything_was_measured() -> None:
    text = LagMetrics(str, list, lambda: None).expose().decode()
    assert "omnistate_group" not in text
    assert "measured" not in text


def test_ages_grow_between_two_measurements() -> None:
    now_ms = round(time.time() * 1_000)
    lag = Lag("conversation", "events", 3, 5, 9, 4, now_ms - 60_000, 120_000, "unreadable")
    found = Measurement([lag], {"conversation": 2}, now_ms - 50_000)
    metrics = LagMetrics(lambda name: f"centre.{name}", lambda: found.lags, lambda: found)
    text = metrics.expose().decode()
    place = 'group="centre.conversation",partition="3",topic="centre.events"'
    assert sample(text, "omnistate_group_lag_records") == (place, 4)
    labels, seconds = sample(text, "omnistate_group_lag_seconds")
    assert labels == place
    assert 60 <= seconds < 120
    ratio = sample(text, "omnistate_retention_ratio")[1]
    assert 0.5 <= ratio < 1
    assert sample(text, "omnistate_group_members") == ('group="centre.conversation"', 2)
    measured_s = sample(text, "omnistate_lag_measured_timestamp_seconds")[1]
    assert round(measured_s * 1_000) == found.measured_ms
    assert 'reason="unreadable"' in sample(text, "omnistate_group_stopped")[0]
    time.sleep(0.05)
    assert sample(metrics.expose().decode(), "omnistate_group_lag_seconds")[1] >= seconds + 0.05


def test_every_worker_says_what_it_is() -> None:
    labels, value = sample(WorkerMetrics().expose().decode(), "omnistate_build_info")
    assert value == 1
    assert re.fullmatch(r'compiled="(true|false)",python="3\.\d+\.\d+.*",version="\d.+"', labels)
