"""A stand-in for a worker that serves the page and whatever a test wants it to say.

For what a real one can hardly be brought to: a restore in the middle, a Redis that is away. What
a real worker says is the other tests' matter.
"""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from omnistate.process.projection.board_page import load_board

from tests.board.canned import overview

TOKEN = "the token of the tests"
PASSWORD = TOKEN.replace(" ", "-")
POLL_S = 0.1


class Stub:
    """What is answered now; `events` are sent to whoever follows."""

    def __init__(self) -> None:
        self.overview: dict[str, Any] = overview()
        self.problem: dict[str, str] | None = None
        # What a router makes of conversations, by their ids; nothing is known of others.
        self.routing: dict[str, dict[str, Any]] = {}
        # How long an overview is under way, once it has been put together.
        self.slow_s = 0.0
        self.events: queue.Queue[str] = queue.Queue()
        self.followers = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        self.address = ""

    def tell(self, event: str, data: dict[str, Any], id_: str = "") -> None:
        """Send one server-sent event."""
        head = f"id: {id_}\n" if id_ else ""
        self.events.put(f"event: {event}\n{head}data: {json.dumps(data)}\n\n")

    def times_asked(self) -> int:
        """How often the overview was asked for."""
        return sum(urlsplit(path).path == "/api/overview" for path, _ in self.asked)


def asked_for(overview: dict[str, Any], query: str) -> dict[str, Any]:
    """The overview with as many representatives, by their ids, as a query wants."""
    said = {name: values[-1] for name, values in parse_qs(query).items()}
    people = overview["representatives"]
    found = [each for each in people if said.get("contains", "") in each["representative_id"]]
    if said["representatives_by"] == "representative":
        found.sort(key=lambda each: each["representative_id"])
    totals = {**overview["representative_totals"], "matching": len(found)}
    shown = found[: int(said["representatives"])]
    return {**overview, "representatives": shown, "representative_totals": totals}


@contextmanager
def serving() -> Iterator[Stub]:
    """Serve until the block ends."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.asked.append((self.path, dict(self.headers)))
            if self.path == "/board":
                page = load_board()
                self._answer(200, page.body, page.headers)
            elif self.headers["Authorization"] != f"Bearer {PASSWORD}":
                self._problem(401, {"error": "unauthorized", "message": "no"})
            elif stub.problem is not None:
                self._problem(503, stub.problem)
            elif (parts := urlsplit(self.path)).path == "/api/overview":
                answer = json.dumps(asked_for(stub.overview, parts.query)).encode()
                time.sleep(stub.slow_s)
                self._answer(200, answer, JSON)
            elif parts.path.endswith("/routing"):
                self._explain(unquote(parts.path.split("/")[-2]))
            else:
                self._stream()

        def _explain(self, id_: str) -> None:
            found = stub.routing.get(id_)
            if found is None:
                problem = {"error": "not_found", "message": "nothing is known of it"}
                self._answer(404, json.dumps(problem).encode(), JSON)
            else:
                self._answer(200, json.dumps(found).encode(), JSON)

        def _problem(self, status: int, problem: dict[str, str]) -> None:
            self._answer(status, json.dumps(problem).encode(), JSON)

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b": here\n\n")
            stub.followers += 1
            try:
                while not stub.ended.is_set() and stub.problem is None:
                    try:
                        told = stub.events.get(timeout=POLL_S)
                    except queue.Empty:
                        told = ": here\n\n"
                    self.wfile.write(told.encode())
            except ConnectionError:
                return  # the reader has gone
            finally:
                stub.followers -= 1

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub.address = f"http://127.0.0.1:{server.server_address[1]}/board"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S})
        serving.start()
        try:
            yield stub
        finally:
            stub.ended.set()
            server.shutdown()
            serving.join()


JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}
