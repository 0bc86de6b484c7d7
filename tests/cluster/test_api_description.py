"""The read API as `openapi.json` describes it, to whoever has the token and to nobody else.

What the answers say is test_read_api's.
"""

import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from omnistate_schemas.endpoints import ENDPOINTS
from omnistate_schemas.openapi import DOCUMENT

from tests.harness.ports import free_port
from tests.harness.service import TOKEN, Service, Stream
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import wait_until


def test_nothing_is_told_without_the_token(service: Service) -> None:
    pages = [each.path.replace("{id}", "x") for each in ENDPOINTS]
    for path in [*pages, "/api", "/api/", "/api/nothing", "/api/../api/counts"]:
        for token in (None, "", "x" * 24, TOKEN[:-1], TOKEN + "x", "é" * 24):
            quoted = None if token is None else token.encode().decode("latin-1")
            status, body = service.ask(path, quoted)
            assert (status, body["error"]) == (401, "unauthorized"), (path, token)
    said = service.worker.log() + service.worker.get("/metrics")[1]
    assert TOKEN not in said
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert service.worker.get(path)[0] == 200


def test_without_a_token_configured_there_is_no_api(service: Service) -> None:
    found = service.found
    environment = found.environment
    nowhere = {"OMNISTATE_BROKERS": f"127.0.0.1:{free_port()}"}
    found.environment = {**environment, **nowhere}
    del found.environment["OMNISTATE_API_TOKEN"]
    worker = found.worker("projection", ready=False)
    found.environment = environment
    wait_until("waiting", lambda: "waiting_for_broker" in worker.log())
    wait_until("alive", lambda: worker.get("/health/live")[0] == 200)
    for each in ENDPOINTS:
        assert worker.get(each.path.replace("{id}", "x"))[0] == 404, each.path
    assert worker.stop() == 0


def test_what_is_documented_is_served(service: Service) -> None:
    status, document = service.ask("/api/openapi.json")
    assert status == 200
    assert document == json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert list(document["paths"]) == [each.path for each in ENDPOINTS]
    for method in ("POST", "DELETE", "PUT"):
        assert service.ask("/api/counts", method=method)[0] == 405
    assert service.ask("/api/nothing")[0] == 404
    for path, expected in (("/api/counts", 200), ("/api/changes", 405)):
        connection = http.client.HTTPConnection(
            "127.0.0.1", service.worker.port, timeout=PATIENCE_S
        )
        connection.request("HEAD", path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert connection.getresponse().status == expected, "HEAD, and no stream begun for it"
        connection.close()
    status, page = service.worker.get("/board")
    assert status == 200
    assert "<html" in page


def test_schemathesis_finds_nothing(service: Service, tmp_path: Path) -> None:
    """Every endpoint but the endless one, with what fits its description and what does not."""
    endless = Stream(service)
    assert endless.block()[""] == "following"
    endless.close()
    arguments = [
        *("-m", "schemathesis.cli", "run", str(DOCUMENT)),
        *("--url", f"http://127.0.0.1:{service.worker.port}"),
        *("--header", f"Authorization: Bearer {TOKEN}"),
        *("--checks", "all", "--exclude-path", "/api/changes", "--max-examples", "15"),
        *("--seed", "1", "--workers", "1", "--no-color"),
    ]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert service.worker.running
    assert "Traceback" not in service.worker.log(), service.worker.log()[-3_000:]
    assert service.worker.metric("omnistate_api_requests_total", status="200") > 100
    assert service.worker.metric("omnistate_api_requests_total", status="500") == 0
    metrics = service.worker.get("/metrics")[1]
    operations = set(re.findall(r'omnistate_api_requests_total{operation="([^"]*)"', metrics))
    assert operations == {"none", *(each.operation for each in ENDPOINTS)}
