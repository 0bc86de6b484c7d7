"""The law of the gate (contract.md#the-gate): requests are answered once, and grants fit.

Everything is counted once more, request by request, in the order in which the worker takes its
inputs. A reservation that no gate gave, a grant that does not fit, a hold that went past the gate
where it may not: each is named where it shows. How old grants are is for `grant_ages` to judge.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from contextlib import aclosing
from typing import Final

from omnistate_schemas.configuration import CapacityProfile, Representative
from omnistate_schemas.vocabulary import ASSIGNMENT_REQUESTS, CAPACITY_CHANGES

from omnistate.audit.audited_rows import Rows
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import place_of
from omnistate.audit.findings import Findings
from omnistate.audit.gate_account import GateAccount
from omnistate.audit.gate_records import (
    MOVED,
    Answers,
    Given,
    Mark,
    Moved,
    Requested,
    each_record,
    read_answers,
    read_as,
    requests_in,
)
from omnistate.audit.order import read_order
from omnistate.audit.scope import SETTLING_MS
from omnistate.audit.source import TopicReader
from omnistate.audit.totals_law import TotalsCheck
from omnistate.stream.ports import Record

UNKNOWN: Final = Representative()
NO_PROFILE: Final = CapacityProfile(limit=0)
# Rules by which the router's work is held.
ROUTED: Final = frozenset({"O1", "A13", "A1"})
Accounts = dict[str, GateAccount]


class GateCheck:
    """One audit of the gate, partition by partition of the representative worker."""

    def __init__(
        self, totals: TotalsCheck, rows: Rows, configured: Configured, findings: Findings
    ) -> None:
        """`totals` has the cut and the rows of the worker, `rows` are the engine's."""
        self._totals = totals
        self._configured = configured
        self._findings = findings
        conversations = [each for part in rows.conversations for each in part.items()]
        self._gated = {id_ for id_, row in conversations if row.settings_key in rows.gated}
        changed_ms = configured.changed_ms
        self._since_ms = 0 if changed_ms is None else changed_ms + SETTLING_MS
        self._accounts: Accounts = {}
        # Partitions of which the order of inputs is not known from the beginning on.
        self._assumed: set[int] = set()
        self._answers_gone = 0

    async def run(self, reader: TopicReader) -> Accounts:
        """Read and judge; the accounts that it has come to."""
        answers = await read_answers(reader)
        given: dict[tuple[str, Mark], list[Given]] = defaultdict(list)
        for each in answers.given:
            given[each.cost.representative_id, each.mark].append(each)
        self._check_names(answers)
        layout = self._totals.layout
        beginnings = [await reader.beginnings(topic) for topic in layout.inputs]
        whole = True
        for number in range(layout.partitions):
            if any(each[number] for each in beginnings):
                whole = False
                self._findings.note(
                    f"the gate's partition {number} is not checked: retention took its beginning"
                )
                continue
            await self._check_partition(reader, number, given, answers)
        for left in given.values() if whole else ():
            for each in left:
                self._complain(each.place, "a reservation that no gate gave: nobody asked for it")
        if self._answers_gone:
            self._findings.note(
                f"{self._answers_gone} requests have no answer that retention has left: what was "
                "granted after them is not held against what there was"
            )
        return self._accounts

    def _check_names(self, answers: Answers) -> None:
        """Each grant has an id of its own."""
        seen: set[str] = set()
        for each in answers.given:
            if each.id in seen:
                self._complain(each.place, "id: another grant has it, too")
            seen.add(each.id)

    async def _check_partition(
        self,
        reader: TopicReader,
        number: int,
        given: Mapping[tuple[str, Mark], list[Given]],
        answers: Answers,
    ) -> None:
        layout, cut = self._totals.layout, self._totals.cut
        known: set[tuple[str, Mark]] = set()
        order = read_order(reader, layout, number, cut)
        async with aclosing(order):
            async for stretch in order:
                if stretch.assumed:
                    # Nobody can tell any more what the gate knew when it granted.
                    self._assumed.add(number)
                for record in stretch.records:
                    if place_of(record) in answers.dead:
                        continue
                    if record.topic == CAPACITY_CHANGES:
                        self._take_change(record, known)
                    elif record.topic == ASSIGNMENT_REQUESTS:
                        self._take_request(record, given, answers, known)
        taken = cut.offset(number, ASSIGNMENT_REQUESTS)
        async for record in each_record(reader, ASSIGNMENT_REQUESTS, number, taken):
            # What was answered since the cut is not judged, but was asked for.
            for request in requests_in([record]):
                given.get((request.cost.representative_id, request.mark), []).clear()

    def _take_request(
        self,
        record: Record,
        given: Mapping[tuple[str, Mark], list[Given]],
        answers: Answers,
        known: set[tuple[str, Mark]],
    ) -> None:
        """A request that was not refused: it was granted, once, as it asked."""
        self._findings.counts["requests"] += 1
        if place_of(record) in answers.refused:
            return
        request = next(requests_in([record]), None)
        found = self._pick(request, given) if request is not None else None
        if request is None or found is None:
            if answers.lacking:
                # With the answer it is gone what the gate knew from then on.
                self._answers_gone += 1
                self._assumed.add(record.partition)
            else:
                self._complain(place_of(record), "this request has no answer")
            return
        if found.cost != request.cost:
            self._complain(found.place, "reservation: is not what was asked for")
        self._findings.counts["grants"] += 1
        who = request.cost.representative_id
        known.add((who, request.mark))
        account = self._accounts.setdefault(who, GateAccount())
        for name, taken in account.grant(request.mark, request.cost):
            limit = self._limit_of(who, name)
            judged = record.partition not in self._assumed
            if judged and taken > limit and record.timestamp_ms >= self._since_ms:
                what = f"slots of {name}" if name else "units"
                sentence = f"granted beyond what there is: {taken} {what} of {limit} are taken"
                self._complain(found.place, sentence)

    @staticmethod
    def _pick(request: Requested, given: Mapping[tuple[str, Mark], list[Given]]) -> Given | None:
        waiting = given.get((request.cost.representative_id, request.mark), [])
        for number, each in enumerate(waiting):
            if each.cost.conversation_id == request.cost.conversation_id:
                return waiting.pop(number)
        return None

    def _limit_of(self, who: str, name: str) -> int:
        own = self._configured.representatives.get(who, UNKNOWN)
        if not name:
            return own.units
        limit = own.profiles.get(name)
        return self._configured.profiles.get(name, NO_PROFILE).limit if limit is None else limit

    def _take_change(self, record: Record, known: Set[tuple[str, Mark]]) -> None:
        found = read_as(record, "capacity.", MOVED)
        if found is None:
            return
        event, moved = found
        who = moved.representative_id
        account = self._accounts.setdefault(who, GateAccount())
        named = moved.reservation
        mark = None if named is None else Mark(named.source, named.id)
        if event.type == "capacity.declined":
            if mark is not None:
                account.decline(mark)
            return
        held = event.type == "capacity.held"
        if not account.move(moved, held=held) or not held:
            return
        unasked = mark is not None and (who, mark) not in known
        if unasked and record.partition not in self._assumed:
            self._complain(place_of(record), "reservation: no gate gave it")
        elif mark is None and self._needs_gate(moved):
            sentence = f"held by {moved.rule} without a grant, where the gate is to be asked"
            self._complain(place_of(record), sentence)

    def _needs_gate(self, moved: Moved) -> bool:
        """A router's work, by the settings that the conversation was started with."""
        routed = moved.rule in ROUTED and moved.role == "primary" and not moved.forced
        return routed and moved.conversation_id in self._gated

    def _complain(self, place: tuple[str, int, int], sentence: str) -> None:
        self._findings.add("gate", *place, sentence)
