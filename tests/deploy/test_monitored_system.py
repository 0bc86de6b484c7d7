"""A system at work under a real Prometheus: every diagram has data, and an outage is told.

What it draws lies in its temporary folder.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from deploy.monitoring.panels import DASHBOARDS
from deploy.monitoring.pictures import draw, read_panel
from deploy.monitoring.rules import describe_rules
from tests.cluster.story_inputs import event
from tests.deploy.prometheus_server import PrometheusServer
from tests.harness.installation import Installation, installed
from tests.harness.waiting import wait_until
from tests.harness.worker_process import WorkerProcess

KINDS: Final = (
    "conversation",
    "conversation",
    "representative",
    "projection",
    "figures",
    "lag",
    "router",
)
# The rule waits for two minutes after half a minute, and this machine may be slow.
OUTAGE_PATIENCE_S: Final = 600.0
# Less than Prometheus' first two scrapes say no rate.
DAY_RATE: Final = "40"
# In the demo's day people were assigned already: this is for the router, and slow enough for rates.
ROUTED: Final[dict[str, Any]] = {
    "workstreams": {
        "routed-chat": {
            "channel": "live_chat",
            "units": 50,
            "assign_through_gate": True,
            "offer_timeout": None,
        }
    },
    "representatives": {
        f"routed-{number}": {"units": 100, "default_presence": "available", "queues": ["routed"]}
        for number in (1, 2)
    },
    "queues": {"routed": {}},
}
ROUTED_RATE: Final = "1"
# Of six that come.
ROOM, COME = 4, 6
SENT_LATER: Final = 50

pytestmark = [pytest.mark.deploy, pytest.mark.slow]


@pytest.fixture
def centre(brokers: str, prefix: str, redis_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Every worker, with the demo's configuration."""
    with installed(brokers, prefix, tmp_path, redis_url=redis_url) as found:
        day = str(tmp_path / "day")
        found.run("demo", "--conversations", "120", "--seed", "5", "--out", day)
        found.lay_out(partitions=4)
        found.run("config", "apply", f"{day}/config.yaml")
        found.configure(ROUTED)
        for kind in KINDS:
            found.worker(kind, ready=False)
        found.await_ready()
        yield found


@pytest.fixture
def prometheus(centre: Installation, tmp_path: Path) -> Iterator[PrometheusServer]:
    targets: dict[str, list[str]] = {}
    for worker in centre.workers:
        targets.setdefault(f"omnistate-{worker.kind}", []).append(f"127.0.0.1:{worker.port}")
    with PrometheusServer(tmp_path / "prometheus", targets, describe_rules()) as started:
        yield started


def workers_of(centre: Installation, kind: str) -> list[WorkerProcess]:
    return [worker for worker in centre.workers if worker.kind == kind]


def starts() -> list[dict[str, Any]]:
    data = {"channel": "live_chat", "workstream_id": "routed-chat", "queue_id": "routed"}
    return [
        event(number, "conversation.started", f"routed-chat-{number}", **data)
        for number in range(COME)
    ]


def routes(prometheus: PrometheusServer) -> bool:
    """What people have room for was asked for and granted, and what they have none for waits."""
    said = {
        'sum(omnistate_router_signed_in{queue="routed"})': 2,
        'sum(omnistate_router_waiting{queue="routed"})': COME - ROOM,
        'sum(omnistate_router_actions_total{type="assignment.requested"})': ROOM,
        "sum(omnistate_grants_total)": ROOM,
    }
    return {each: value(prometheus, each) for each in said} == said


def without_data(prometheus: PrometheusServer, start_s: float) -> list[str]:
    """The panels of which a query had no answer since then."""
    return [
        panel.title
        for dashboard in DASHBOARDS
        for panel in dashboard.panels
        for query in panel.queries
        if not read_panel(prometheus.url, panel._replace(queries=(query,)), start_s, time.time())
    ]


def test_every_diagram_has_data_and_an_outage_is_told(
    centre: Installation, prometheus: PrometheusServer, tmp_path: Path
) -> None:
    start_s = time.time()
    inputs = tmp_path / "day" / "inputs.jsonl"
    centre.run("send", str(inputs), "--rate", DAY_RATE)
    centre.send(starts(), "--rate", ROUTED_RATE)
    wait_until("the router routes", lambda: routes(prometheus))
    wait_until("caught up", centre.caught_up)
    wait_until("every diagram has data", lambda: not without_data(prometheus, start_s))
    assert "OmnistateLagOld" not in prometheus.alerts()
    assert "OmnistateLagUnknown" not in prometheus.alerts()

    conversation = workers_of(centre, "conversation")
    for worker in conversation:
        assert worker.stop() == 0
    more = tmp_path / "more.jsonl"
    more.write_text(
        "".join(inputs.read_text(encoding="utf-8").splitlines(keepends=True)[:SENT_LATER])
    )
    centre.run("send", str(more))
    group = f"{centre.prefix}conversation"
    waiting = f'sum(omnistate_group_lag_records{{group="{group}"}})'
    lines = map(json.loads, centre.run("lag", "--json").splitlines())
    said = sum(line["records"] for line in lines if line["group"].endswith("conversation"))
    # A marker of the gate's last transaction may lie before what waits in a partition.
    assert SENT_LATER <= said <= SENT_LATER + ROOM
    wait_until("what waits is told", lambda: value(prometheus, waiting) == said)
    members = f'omnistate_group_members{{group="{group}"}}'
    wait_until("nobody is a member", lambda: value(prometheus, members) == 0)
    state_becomes(prometheus, "pending")
    state_becomes(prometheus, "firing")

    for worker in conversation:
        worker.start()
    centre.await_ready()
    state_becomes(prometheus, None)
    wait_until("caught up again", centre.caught_up)
    for dashboard in DASHBOARDS:
        file = tmp_path / f"dashboard-{dashboard.name}.png"
        draw(dashboard, prometheus.url, start_s, time.time(), file)
        assert file.read_bytes()[:4] == b"\x89PNG"


def value(prometheus: PrometheusServer, expression: str) -> float | None:
    """The one number that it answers with; None where it has no answer."""
    found = prometheus.answer(expression)
    return float(found[0]["value"][1]) if found else None


def state_becomes(prometheus: PrometheusServer, state: str | None) -> None:
    """The alert on the age is so, or is none any more."""
    wait_until(
        f"the alert is {state}",
        lambda: prometheus.alerts().get("OmnistateLagOld") == state,
        OUTAGE_PATIENCE_S,
    )
