"""What faults are made of: files that are no good, ports where nobody answers, or somebody odd.

The keys are of nobody and open nothing.
"""

import os
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import yaml
from omnistate.stream.topology import packaged_path

from tests.cli.commands import COMMAND, CONFIG, ROOT, started

CERTIFICATE: Final = """\
-----BEGIN CERTIFICATE-----
MIIBiDCCAS+gAwIBAgIUTjxG15QKpAKiwUu0nY4Tj0PscVwwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOb21uaXN0YXRlIHRlc3QwIBcNMjYxMTI5MjMyMjE0WhgPMjEy
NjExMDUyMzIyMTRaMBkxFzAVBgNVBAMMDm9tbmlzdGF0ZSB0ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAECgSw2K8gxiKOuSmlRLQLdbblw2UY7Al/OoII/Oik
UVbOLJcchV3DMxD3oEawJfJIZtL10JWA/iOwWFH9uTY79KNTMFEwHQYDVR0OBBYE
FHU326WqdVRix3+gvkE69MvhjcjZMB8GA1UdIwQYMBaAFHU326WqdVRix3+gvkE6
9MvhjcjZMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgfLGzhtgN
mAJEHrRV8YZ54efaFSi6YNnEnL2ICLG21JMCIGbvslgfLYuwLWYJzUX2vJjkwR4v
Rf4xQbZYgZjZt9Ot
-----END CERTIFICATE-----
"""
KEY: Final = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGNcSh6xC/JNVfhp2
YLEYqDzydzwyYhobbS9h/0fF0/ihRANCAAQKBLDYryDGIo65KaVEtAt1tuXDZRjs
CX86ggj86KRRVs4slxyFXcMzEPegRrAl8khm0vXQlYD+I7BYUf25Njv0
-----END PRIVATE KEY-----
"""
KEY_OF_ANOTHER: Final = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtSopt44PHDcFnDWL
CjBwaIT0Qy6UtjmXmpOvge6tkcKhRANCAAQ3kJEsGFJ7UPe7Fi+9vXj+k2ut6DXK
5uREpIEgovB+JHI+gSD5TnWs2k6fAKVteU1dBKvnkTo+s3riRRIy0MY1
-----END PRIVATE KEY-----
"""
KEY_WITH_PASSPHRASE: Final = """\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhXRIrRHxy57AICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKdcXt/aqgxUPysblYww478EgZDJ
ND67gRItdjZ0gzxr1Ttk2WDwABlcceBk/UcLpWMpzzRgvvyn23Xzc0xDax46gZZY
T+U7HGsm3XPGyhVqGFIyjSu1tuQnDBiaBw3xmaHLA7nPltFe5xW73/g6kL5+PjgS
jZSmXJoox3RHvrfwJz4YM577Su+GqRqFN6tIuHYimjlc9PMVZjb1MEPbikPfeCs=
-----END ENCRYPTED PRIVATE KEY-----
"""
PATIENCE_S: Final = 600.0


class End(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: bytes
    err: str


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This machine's, without settings but these, and without Python's own."""
    own = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("OMNISTATE_", "PYTHON"))
    }
    return {**own, **variables}


def run(
    arguments: list[str], variables: Mapping[str, str], stdin: bytes = b"", shell: str = ""
) -> End:
    """A command, run to its end; `shell` may add redirections of the shell."""
    command = [*COMMAND, *arguments]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    done = subprocess.run(
        command,
        env=environment(variables),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=ROOT,
    )
    return End(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))


def write_files(folder: Path) -> None:
    """Every file that a case names."""
    good = CONFIG.encode()
    contents = {
        "centre.yaml": good,
        "marked.yaml": b"\xef\xbb\xbf" + good,
        "empty.yaml": b"",
        "list.yaml": b"- a\n- b\n",
        "text.yaml": b"hello\n",
        "broken.yaml": b"workstreams:\n  chat: [\n",
        "tab.yaml": b"workstreams:\n\tchat: {}\n",
        "nul.yaml": b"workstreams: \x00\n",
        "latin1.yaml": b"queues:\n  caf\xe9: {}\n",
        "deep.yaml": b"[" * 5_000,
        "deepest.yaml": b"[" * 40_000 + b"]" * 40_000,
        "dashes.yaml": b"- " * 40_000,
        "digits.yaml": b"version: " + b"9" * 5_000,
        "date.yaml": b"version: 2026-13-45\n",
        "twice.yaml": b"queues: {}\nqueues: {}\n",
        "misspelt.yaml": b"workstreams:\n  chat:\n    channel: live_chat\n    unit: 30\n",
        "section.yaml": b"representative: {}\n",
        "kind.yaml": b"workstreams:\n  chat: {channel: fax}\n",
        "negative.yaml": b"workstreams:\n  chat: {channel: live_chat, units: -1}\n",
        "tag.yaml": b"workstreams: !!python/object:os.system {}\n",
        "alias.yaml": b"queues: *nothing\n",
        "umlaut.yaml": "queues: {b\u00fcro: 1}\n".encode(),
        "no-group.yaml": _without("figures"),
        "own-count.yaml": _with_own_count("channel-events"),
        "events.jsonl": started() + b"\n",
        "nul.jsonl": b"\x00\x00\n" + started() + b"\n",
        "many.jsonl": b"garbage\n" * 100_000,
        "binary.jsonl": bytes(range(256)) * 20,
        "empty": b"",
        "cert.pem": CERTIFICATE.encode(),
        "key.pem": KEY.encode(),
        "other-key.pem": KEY_OF_ANOTHER.encode(),
        "secret-key.pem": KEY_WITH_PASSPHRASE.encode(),
        "damaged.pem": CERTIFICATE.replace("MIIB", "AAAA").encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "folder").mkdir()


def _without(group: str) -> bytes:
    """The topics' declaration without a group, and without its tables."""
    declared = yaml.safe_load(packaged_path().read_text("utf-8"))
    tables = next(each for each in declared["groups"] if each["name"] == group)["tables"]
    declared["groups"] = [each for each in declared["groups"] if each["name"] != group]
    declared["topics"] = [
        topic for topic in declared["topics"] if topic["name"] not in tables.values()
    ]
    return yaml.safe_dump(declared).encode()


def _with_own_count(topic: str) -> bytes:
    """The topics' declaration where one topic names the default as its own number."""
    declared = yaml.safe_load(packaged_path().read_text("utf-8"))
    own = next(each for each in declared["topics"] if each["name"] == topic)
    own["partitions"] = declared["defaults"]["partitions"]
    return yaml.safe_dump(declared).encode()


class _Odd(socketserver.BaseRequestHandler):
    """Says something at once, and goes; or says nothing, and stays."""

    server: "OddServer"

    def handle(self) -> None:
        self.server.asked.set()
        if self.server.says is None:
            self.server.ended.wait()
            return
        self.request.recv(1)
        self.request.sendall(self.server.says)
        # Closing with something unread would take back what was said.
        self.request.shutdown(socket.SHUT_WR)
        while self.request.recv(4_096):
            continue


class OddServer(socketserver.ThreadingTCPServer):
    """Somebody who answers, but is neither Kafka nor Redis."""

    daemon_threads = True

    def __init__(self, says: bytes | None) -> None:
        """`says` None: it takes connections and says nothing."""
        self.says = says
        self.asked, self.ended = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), _Odd)

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def odd_server(says: bytes | None) -> Iterator[OddServer]:
    """A server that runs meanwhile."""
    with OddServer(says) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


@contextmanager
def unused_port() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
