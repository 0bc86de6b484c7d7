"""The books of the witness: each input's outcome, each conversation's sequence, each counter.

Pure: records are handed in, violations are sentences, nothing is read from anywhere. An input that
nothing names must be of a type that the law may record without a word.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from omnistate_schemas.times import parse_time_ms

from tests.chaos.journal import SILENT, Journal
from tests.harness.capacity_recount import CapacityRecount
from tests.harness.topics import Place
from tests.harness.waiting import stretch

# A fact or report may wait so long for its start or for its order, and then for the wall clock.
WAITS_MS: Final = 3_000
# Wall-clock timers fire their grace of a second after the deadline, and within a read's wait.
TIMER_LATE_MS: Final = 4_000
KEPT: Final = 50
Json = dict[str, Any]


class Standing(NamedTuple):
    """A conversation as its last change left it."""

    sequence: int
    status: str
    detail: str | None
    representative_id: str | None
    queue_id: str | None
    at_ms: int
    due_ms: int | None
    occurred_ms: int


class LedgerCheck:
    """Of one installation, from its first input on."""

    def __init__(self, journal: Journal) -> None:
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._journal = journal
        self._closed_up_to = dict.fromkeys(journal.entries, 0)
        # By input: what names it, such as "change", "refusal", "letter".
        self._outcomes: defaultdict[tuple[Place, int], list[str]] = defaultdict(list)
        self._standings: dict[str, Standing] = {}
        self._closed: set[int] = set()
        self._last_input_ms: dict[str, int] = {}
        # The last timer that gave capacity back, and changed nothing else.
        self._fired_ms: Counter[str] = Counter()
        self._clocks: Counter[int] = Counter()
        self._ids: set[int] = set()
        self._capacity = CapacityRecount()
        # Requests by id: how often the gate has granted them, and no account has counted it yet.
        self._granted: Counter[str] = Counter()

    def complain(self, sentence: str) -> None:
        """Something does not hold."""
        if len(self.violations) < KEPT:
            self.violations.append(sentence)

    def note_input(self, place: Place, key: bytes | None, at_ms: int) -> None:
        """An input lies where it was acknowledged."""
        self.counts["inputs"] += 1
        if key is not None:
            self._last_input_ms[key.decode(errors="replace")] = at_ms

    def take_id(self, where: str, topic: str, id_: str) -> None:
        """No two outputs of a topic have the same id."""
        mark = hash((topic, id_))
        if mark in self._ids:
            self.complain(f"{where}: doubled, {id_} was published before")
        self._ids.add(mark)

    def take_change(self, where: str, partition: int, event: Json) -> None:
        """One change of a conversation: it goes on from the one before."""
        data, subject, at_ms = event["data"], event["subject"], parse_time_ms(event["time"])
        self.counts["changes"] += 1
        self.counts["timers"] += data["cause"]["type"].startswith("timer.")
        before = self._standings.get(subject)
        sequence = 0 if before is None else before.sequence
        if hash(subject) in self._closed:
            self.complain(f"{where}: {subject} changes after it was closed")
        elif data["sequence"] != sequence + 1:
            kind = "gap" if data["sequence"] > sequence + 1 else "doubled"
            self.complain(f"{where}: {kind}, {subject} {data['sequence']} after {sequence}")
        elif before is not None:
            for name in ("status", "detail", "representative_id", "queue_id"):
                if data.get(f"previous_{name}") != getattr(before, name):
                    self.complain(f"{where}: drift, previous_{name} is not what {name} was")
        occurred_ms = parse_time_ms(data["occurred_at"])
        if not (0 if before is None else before.occurred_ms) <= occurred_ms <= at_ms:
            self.complain(f"{where}: occurred_at is after time, or goes back")
        if at_ms < self._clocks[partition]:
            self.complain(f"{where}: the clock of partition {partition} goes back")
        self._clocks[partition] = at_ms
        if "input" in data:
            self._note(where, data["input"], "change", event)
        timer = data.get("next_timer")
        self._standings[subject] = Standing(
            data["sequence"],
            data["status"],
            data.get("detail"),
            data.get("representative_id"),
            data.get("queue_id"),
            at_ms,
            None if timer is None else parse_time_ms(timer["at"]),
            occurred_ms,
        )
        if data["status"] == "closed":
            del self._standings[subject]
            self._closed.add(hash(subject))

    def take_recorded(self, where: str, event: Json) -> None:
        """An input was accepted and changed nothing; it may have moved a timer."""
        self.counts["recorded"] += 1
        data, at_ms = event["data"], parse_time_ms(event["time"])
        if data["cause"]["type"] in SILENT:
            self.complain(f"{where}: {data['cause']['type']} is not published as recorded")
        self._note(where, data["input"], "record", event)
        standing = self._standings.get(event["subject"])
        if standing is None or standing.sequence != data["sequence"]:
            # Its change lies on another topic, and may be read later.
            return
        timer = data.get("next_timer")
        due_ms = None if timer is None else parse_time_ms(timer["at"])
        self._standings[event["subject"]] = standing._replace(at_ms=at_ms, due_ms=due_ms)

    def take_reminder(self, where: str, event: Json) -> None:
        """A silence went on for so long: a timer, which changes nothing."""
        self.counts["reminders"] += 1
        if event["data"]["cause"]["type"] != "timer.silence" or event.get("causationid"):
            self.complain(f"{where}: a reminder that the timer silence did not cause")
        standing = self._standings.get(event["subject"])
        if standing is not None and standing.sequence == event["data"]["sequence"]:
            # What comes after it is published with the next change.
            self._standings[event["subject"]] = standing._replace(due_ms=None)

    def take_refusal(self, where: str, event: Json) -> None:
        """An input was rejected or ignored."""
        self.counts["refusals"] += 1
        self._note(where, event["data"]["input"], "refusal", event)

    def take_dead_letter(self, where: str, headers: Mapping[str, bytes]) -> None:
        """A record was put aside: one that was meant to be, with the code that it was meant for."""
        self.counts["dead letters"] += 1
        topic, partition, offset = headers["omnistate-origin"].decode().split("/")
        place = (topic, int(partition))
        entry = self._journal.entries[place][int(offset)]
        code = headers["omnistate-error"].decode()
        if code == "deleted" and place in self._journal.begins:
            # What is left of an input that was cut short: it had been taken, which nobody can tell.
            return
        if entry.expected != code:
            self.complain(f"{where}: is {code}, meant was {entry.expected} ({entry.type})")
        self._outcomes[place, int(offset)].append("letter")

    def take_hold(self, where: str, event: Json) -> None:
        """A hold or a release moves one counter by what it says, once."""
        held = event["type"] == "capacity.held"
        self.counts["holds" if held else "releases"] += 1
        self.note_timer(event)
        for sentence in self._capacity.take(event["data"], held=held):
            self.complain(f"{where}: {sentence}")

    def note_timer(self, event: Json) -> None:
        """A timer may give capacity back and say no more; what comes after it, nobody tells."""
        data = event["data"]
        if data["cause"]["type"].startswith("timer."):
            self._fired_ms[data["conversation_id"]] = parse_time_ms(event["time"])

    def take_grant(self, event: Json) -> None:
        """The gate has granted a request: that is its outcome."""
        self.counts["grants"] += 1
        self._granted[event["causationid"]] += 1

    def _take_granted(self, id_: str) -> bool:
        granted = self._granted[id_] > 0
        self._granted[id_] -= granted
        return granted

    def conclude(self) -> None:
        """All is at rest: no grant is left that no request has come to."""
        for id_ in +self._granted:
            self.complain(f"{id_}: granted, and had another outcome")

    def close_accounts(self, reached: Mapping[Place, int]) -> None:
        """Every input before these offsets has had its one outcome."""
        for place, end in reached.items():
            entries = self._journal.entries[place]
            for offset in range(self._closed_up_to[place], min(end, len(entries))):
                entry = entries[offset]
                found = self._outcomes.pop((place, offset), [])
                if entry.type == "assignment.requested" and not found:
                    found = ["refusal"] if self._take_granted(entry.id) else []
                if not entry.comes_to(found):
                    said = ", ".join(found) or "nothing: lost"
                    self.complain(f"{place} offset {offset}: {entry.type} has come to {said}")
            self._closed_up_to[place] = max(self._closed_up_to[place], end)

    def find_unanswered(self, reached: Mapping[Place, int]) -> Place | None:
        """Where an input before these offsets has no outcome yet, though it must have one."""
        for place, end in reached.items():
            entries = self._journal.entries[place]
            for offset in range(self._closed_up_to[place], min(end, len(entries))):
                entry = entries[offset]
                found = self._outcomes.get((place, offset), [])
                granted = not found and self._granted[entry.id] > 0
                if not (granted or entry.comes_to(found)):
                    return place
        return None

    def check_timers(self, now_ms: int) -> None:
        """Of conversations that nothing was said of since their last change, none is overdue."""
        late_ms = stretch(TIMER_LATE_MS)
        for subject, standing in self._standings.items():
            # Not one that may have waited longer than that, either.
            quiet = self._last_input_ms.get(subject, 0) + WAITS_MS <= standing.at_ms
            due_ms = standing.due_ms or now_ms
            if quiet and self._fired_ms[subject] < due_ms < now_ms - late_ms:
                late_s = (now_ms - due_ms) / 1_000
                self.complain(f"{subject}: its timer is {late_s:.1f} s late and has not fired")

    def _note(self, where: str, input_: Json, outcome: str, event: Json) -> None:
        place, offset = (input_["topic"], input_["partition"]), input_["offset"]
        entries = self._journal.entries[place]
        cause = event["data"]["cause"]["id"]
        if offset >= len(entries) or entries[offset].id != cause:
            self.complain(f"{where}: names {place} offset {offset}, which is not {cause}")
        if offset < self._closed_up_to[place]:
            self.complain(f"{where}: doubled, {place} offset {offset} had its outcome before")
        self._outcomes[place, offset].append(outcome)
