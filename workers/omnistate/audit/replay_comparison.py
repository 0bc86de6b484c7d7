"""What a replay of one partition gives, held against what lies on the topics.

The first difference of each stream is a violation; what follows it proves nothing more. Sentences
name members, never their values.
"""

from typing import Any, Final, NamedTuple

import msgspec
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    STATE_CHANGES,
)

from omnistate.audit.accounts import Accounts
from omnistate.audit.audited_dead_letters import DeadLetters
from omnistate.audit.findings import Findings
from omnistate.audit.input_beginnings import read_origin
from omnistate.audit.refused_inputs import Refusals
from omnistate.audit.scope import Scope
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import Trail, digest
from omnistate.stream.ports import Outgoing, Record

# So many differences are looked at once more, to say what differs.
EXPLAINED_MAX: Final = 20
MEMBERS_NAMED_MAX: Final = 5
_DECODE: Final = msgspec.json.Decoder().decode


class Published(NamedTuple):
    """What lies on the topics; `changes` and `recordings` are of the compared partition alone."""

    changes: Trail
    recordings: Trail
    refusals: Refusals
    accounts: Accounts
    dead_letters: DeadLetters


class Comparison:
    """The outputs of one partition, one after the other."""

    def __init__(
        self, partition: int, published: Published, scope: Scope, findings: Findings
    ) -> None:
        """`scope` says what is left out."""
        self._partition = partition
        self._published = published
        self._scope = scope
        self._findings = findings
        self._letters = published.dead_letters.of(partition)
        self._differences: list[tuple[Trail, Outgoing]] = []
        # Part of the order was not recorded, so that a difference proves nothing.
        self.doubtful = False

    @property
    def has_leftovers(self) -> bool:
        """Whether something lies on the topics that was not compared yet."""
        return any(not trail.exhausted and not trail.broken for trail in self._trails())

    def expect(self, output: Outgoing, *, surely: bool = True) -> None:
        """The replay gives this next; without `surely` it may not have been published yet."""
        if output.topic == DEAD_LETTERS:
            self._expect_dead_letter(output)
            return
        trail = self._trail_of(output)
        if trail is None or trail.broken:
            return
        if trail.follow(digest(output.key, output.value, output.headers)):
            return
        if surely or not trail.exhausted:
            trail.broken = True
            self._differences.append((trail, output))

    async def conclude(self, reader: TopicReader) -> None:
        """Say what differs, and what the replay did not give."""
        for number, (trail, output) in enumerate(self._differences):
            found = None
            if not trail.exhausted and number < EXPLAINED_MAX:
                found = await _read_one(reader, trail)
            self._complain(
                (trail.topic, trail.partition, trail.offset),
                _describe(output, found, missing=trail.exhausted),
            )
        for trail in self._trails():
            self._findings.counts["compared"] += trail.compared
            if trail.broken or trail.exhausted:
                continue
            place = (trail.topic, trail.partition, trail.offset)
            if trail.is_settled:
                self._complain(place, "the replay does not give this")
            else:
                sentence = "the replay does not give this up to the cut"
                self._findings.doubt("replay", place, sentence, of=self._partition)
        for letter in self._letters.values():
            self._complain(letter.place, "the replay does not give this dead letter")

    def _trail_of(self, output: Outgoing) -> Trail | None:
        """The trail that an output should be on; None where it is left out."""
        key = output.key or b""
        if output.topic == CAPACITY_CHANGES:
            if self._scope.changed:
                return None
            return self._published.accounts.trail_of(self._partition, key.decode())
        if hash(output.key) in self._scope.left_out:
            return None
        if output.topic == STATE_CHANGES:
            return self._published.changes
        if output.topic == RECORDED_INPUTS:
            return self._published.recordings
        return self._published.refusals.trail_of(self._partition, key)

    def _trails(self) -> list[Trail]:
        published = self._published
        trails = [
            published.changes,
            published.recordings,
            *published.refusals.trails_of(self._partition),
        ]
        if not self._scope.changed:
            trails += published.accounts.trails_of(self._partition)
        return trails

    def _expect_dead_letter(self, output: Outgoing) -> None:
        origin = read_origin(output.headers[-1][1])
        assert origin is not None
        letter = self._letters.pop((origin[0], origin[2]), None)
        if letter is None:
            if not self._published.dead_letters.lacking:
                self._complain(origin, "the replay makes this input a dead letter; there is none")
            return
        self._findings.counts["compared"] += 1
        if letter.digest != digest(output.key, output.value, output.headers):
            self._complain(letter.place, "the replay gives another dead letter for its input")

    def _complain(self, place: tuple[str, int, int], sentence: str) -> None:
        if self.doubtful:
            topic, partition, offset = place
            self._findings.note(
                f"{topic}/{partition}/{offset}: {sentence}; but the positions of some batches "
                "before it are gone, and with them the order of their inputs"
            )
        else:
            self._findings.add("replay", *place, sentence)


async def _read_one(reader: TopicReader, trail: Trail) -> Record | None:
    found = None
    async for chunk in reader.records(trail.topic, trail.partition, trail.offset, trail.offset + 1):
        found = chunk[0]
    return found


def _describe(output: Outgoing, found: Record | None, *, missing: bool) -> str:
    """One line: what the replay gives, by its numbers, and how the record differs."""
    event = _read_object(output.value)
    data = event.get("data", {})
    words = [
        f"{name} {data[name]}"
        for name in ("sequence", "partition_sequence", "rule", "code")
        if name in data
    ]
    expected = f"{event.get('type')} ({', '.join(words)})"
    if missing:
        return f"the replay gives one more here: {expected}"
    if found is None:
        return f"the replay gives something else here: {expected}"
    if event.get("id") != _read_object(found.value).get("id"):
        return f"the replay gives {expected} here; something else lies here"
    names = _differing(output, found)
    more = f" and {len(names) - MEMBERS_NAMED_MAX} more" if len(names) > MEMBERS_NAMED_MAX else ""
    return (
        f"the replay gives {expected} here; what lies here differs in "
        f"{', '.join(names[:MEMBERS_NAMED_MAX])}{more}"
    )


def _differing(output: Outgoing, found: Record) -> list[str]:
    names = []
    if output.key != found.key:
        names.append("key")
    if output.headers != found.headers:
        names.append("headers")
    mine, theirs = _read_object(output.value), _read_object(found.value)
    if not theirs:
        return [*names, "value"]
    for prefix, one, other in (
        ("", mine, theirs),
        ("data.", mine.get("data"), theirs.get("data")),
    ):
        if isinstance(one, dict) and isinstance(other, dict):
            # Only names of our own: a foreign one may be anything.
            names += [
                prefix + name
                for name, value in one.items()
                if name != "data" and (name not in other or other[name] != value)
            ]
    return names or ["value"]


def _read_object(value: bytes | None) -> dict[str, Any]:
    try:
        found = _DECODE(value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
