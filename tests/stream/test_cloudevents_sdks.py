"""Events that the real CloudEvents SDKs write to Kafka, in binary and in structured mode.

See contract.md#envelope. PyPI's has two interfaces, its present one and that of version 1, which
more programs use; npm's is fetched once into the cache.
"""

import json
import os
import subprocess
from base64 import b64decode
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.harness import machine
from tests.harness.fetched_folder import FetchUnavailable, fetch, provide_folder
from tests.stream.sdk_events import EVENTS, SdkEvent, SdkRecord, check

NPM_SDK = "cloudevents@10.0.0"
MODES = ("binary", "structured")
every_event = pytest.mark.parametrize("name", EVENTS)
both_modes = pytest.mark.parametrize("mode", MODES)


def sdk(module: str) -> Any:
    """A module of PyPI's SDK, which carries no types."""
    try:
        return import_module(f"cloudevents.{module}")
    except ModuleNotFoundError:
        machine.give_up("no CloudEvents SDK: make setup")


def as_record(message: Any) -> SdkRecord:
    """Whatever message PyPI's SDK hands over: both of its classes are alike."""
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return SdkRecord(key, message.value, tuple(message.headers.items()))


def data_of(event: SdkEvent) -> Any:
    return event.data.encode() if isinstance(event.data, str) else event.data


@both_modes
@every_event
def test_pypi(name: str, mode: str) -> None:
    event, binding = EVENTS[name], sdk("core.bindings.kafka")
    time = datetime.fromisoformat(event.attributes["time"])
    built = sdk("core.v1.event").CloudEvent({**event.attributes, "time": time}, data_of(event))
    check(event, as_record(getattr(binding, f"to_{mode}_event")(built)))


@both_modes
@every_event
def test_pypi_as_version_1(name: str, mode: str) -> None:
    event, binding = EVENTS[name], sdk("v1.kafka")
    attributes = dict(event.attributes)
    if mode == "binary":
        # It writes none without a content type, nor an attribute that is no text.
        attributes = {"datacontenttype": "application/json"} | {
            name: str(value) for name, value in attributes.items()
        }
    built = sdk("v1.http").CloudEvent(attributes, data_of(event))
    more = {"data_marshaller": lambda data: data} if isinstance(event.data, str) else {}
    check(event, as_record(getattr(binding, f"to_{mode}")(built, **more)))


@pytest.fixture(scope="session")
def npm_records() -> dict[str, dict[str, Any]]:
    """What npm's SDK writes of all events."""
    machine.require_npm()

    def fill(folder: Path) -> None:
        options = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts")
        fetch(["npm", "install", *options, "--prefix", ".", NPM_SDK], folder)

    try:
        folder = provide_folder(NPM_SDK.replace("@", "-npm-"), fill)
    except FetchUnavailable as reason:
        machine.give_up(f"no CloudEvents SDK of npm: {reason}")
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("npm_sdk.cjs"))],
        input=json.dumps(EVENTS).encode(),
        env={**os.environ, "NODE_PATH": str(folder / "node_modules")},
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@both_modes
@every_event
def test_npm(name: str, mode: str, npm_records: dict[str, dict[str, Any]]) -> None:
    told = npm_records[f"{name}, {mode}"]
    key, value = (
        None if told[each] is None else b64decode(told[each]) for each in ("key", "value")
    )
    headers = tuple(
        (header, None if text is None else b64decode(text)) for header, text in told["headers"]
    )
    check(EVENTS[name], SdkRecord(key, value, headers))
