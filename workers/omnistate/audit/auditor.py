"""The audit itself: what is read in which order, and who looks at it.

    1. layout         the topics, their partitions, what retention and adoption have left
    2. configuration  as it is now, and since when
    3. cut            the positions: how far each partition had come
    4. scope          what of each partition a replay can prove
    5. rows           the changelogs of conversations, counters and settings, of every partition
    6. totals         how far the representative worker had come, its table, what it published
    7. holds          every hold and release; then what is left is compared with the rows
    8. answers        refusals and dead letters, which lie by their own keys
    9. partitions     one after the other: states, changes, what was recorded, inputs and their
                      replay, accounting
   10. offsets        what the group has committed; then the positions once more, and the doubts;
                      whether a partition stands at a batch that nobody can read
   11. totals         compared with the changes that went by, the rows, and the configuration
   12. read model     what Redis says, where there is one, and what the topics come to

The order of 3, 5, 6 and 7 to 9 is what makes the audit right on a system at work (see `cut`).
Memory: for all partitions, the rows (some 600 bytes a conversation that is remembered), the open
holds, two counters for each representative and partition, 32 bytes a refusal, 200 a dead letter,
and, to be replayed, 16 a hold or release; for one partition at a time, a byte an input, 16 bytes a
change and what was recorded, a number for each closed conversation, 250 for each that stands, and
the replay's tables. For 12, see `model_fold`.
"""

from omnistate_schemas.vocabulary import RECORDED_INPUTS, STATE_CHANGES

from omnistate.audit.accounts import Accounts
from omnistate.audit.audit_layout import TOTALS_WORKER, WORKER, read_layout
from omnistate.audit.audited_dead_letters import DeadLetters
from omnistate.audit.configuration_history import read_configuration
from omnistate.audit.cut import read_cut
from omnistate.audit.findings import Findings
from omnistate.audit.gate_law import GateCheck
from omnistate.audit.grant_ages import check_ages
from omnistate.audit.holdings_law import check_holdings
from omnistate.audit.holds_law import HoldsCheck
from omnistate.audit.input_beginnings import find_beginnings
from omnistate.audit.limits import check_limits
from omnistate.audit.model_source import ModelSource
from omnistate.audit.offsets_law import check_offsets
from omnistate.audit.partition_audit import PartitionAudit
from omnistate.audit.read_model_law import check_read_model
from omnistate.audit.refused_inputs import Refusals
from omnistate.audit.replay_comparison import Published
from omnistate.audit.scope import find_scopes
from omnistate.audit.source import TopicReader
from omnistate.audit.table_rows import read_rows
from omnistate.audit.totals_law import begin_totals, end_totals
from omnistate.audit.trail import Trail
from omnistate.audit.unreadable_batches import UnreadableBatches
from omnistate.stream.topology import Topology


async def estimate_records(reader: TopicReader, topology: Topology) -> int:
    """About how many records an audit reads; more, since offsets count markers, too."""
    total = 0
    groups = (topology.group(WORKER), topology.group(TOTALS_WORKER))
    for topic in dict.fromkeys(topic for group in groups for topic in group.topics):
        total += sum(await reader.ends(topic)) - sum(await reader.beginnings(topic))
    return total


async def audit(
    reader: TopicReader,
    topology: Topology,
    model: ModelSource | None = None,
    now_ms: int | None = None,
) -> Findings:
    """Audit a whole log, and the read model. Raises LogUnavailable where the log cannot be read.

    `now_ms`: epoch milliseconds when it begins; None = as the furthest partition's clock has it.
    """
    findings = Findings()
    reader = unreadable = UnreadableBatches(reader)
    layout = await read_layout(reader, topology)
    unreadable.know(layout)
    reader = await find_beginnings(reader, layout)
    for topic in layout.inputs:
        layout.beginnings[topic] = await reader.beginnings(topic)
    configured = await read_configuration(reader, layout, findings)
    cut = await read_cut(reader, layout, findings)
    scopes = await find_scopes(reader, layout, cut, configured, findings)
    rows = await read_rows(reader, layout, cut, findings)
    followed = {
        number for number, scope in enumerate(scopes) if scope.replayed and not scope.changed
    }
    accounts = Accounts(layout, rows, findings, followed)
    totals = await begin_totals(reader, topology, layout, rows, findings)
    ledger = HoldsCheck(layout, cut, rows, accounts, totals.see, findings)
    await ledger.read(reader)
    ledger.conclude()
    accounts.conclude()
    refusals = Refusals(layout, cut, [scope.left_out for scope in scopes], findings)
    await refusals.read(reader)
    dead_letters = DeadLetters(layout, cut, findings)
    await dead_letters.read(reader)
    unfilled: set[str] = set()
    for partition, scope in enumerate(scopes):
        lacking = layout.lacks_records(STATE_CHANGES, partition)
        trail = Trail(STATE_CHANGES, partition, lacking=lacking)
        lacking = layout.lacks_records(RECORDED_INPUTS, partition)
        recordings = Trail(RECORDED_INPUTS, partition, lacking=lacking)
        published = Published(trail, recordings, refusals, accounts, dead_letters)
        one = PartitionAudit(partition, layout, cut, published, scope, findings)
        unfilled |= await one.run(reader, rows, configured)
    if unfilled:
        findings.note(
            f"{len(unfilled)} conversations are not on conversation-states, and their last changes "
            "are deleted: they are of before that topic, and come with their next change"
        )
    await check_offsets(reader, layout, cut, findings)
    await unreadable.look_at_what_is_next(layout, cut)
    if totals.has_run:
        at_rest = await end_totals(reader, totals, layout, cut, findings)
        check_limits(totals, at_rest, configured, findings)
        accounts_of_gate = await GateCheck(totals, rows, configured, findings).run(reader)
        await check_ages(reader, totals, cut, rows, findings, at_rest=at_rest, now_ms=now_ms)
        await check_holdings(reader, totals, accounts_of_gate, at_rest, findings)
    else:
        findings.leave_out("totals", "no representative worker has run yet")
        findings.leave_out("gate", "no representative worker has run yet")
    if model is None:
        findings.leave_out("read_model", "no OMNISTATE_REDIS_URL")
    else:
        await check_read_model(reader, model, unfilled, findings)
    unreadable.conclude(findings)
    if findings.found["replay"] and any(scope.fresh for scope in scopes):
        findings.note(
            "the configuration was published less than a minute before the first inputs came: a "
            "worker at work then may have taken some before it knew, which the replay cannot tell"
        )
    return findings
