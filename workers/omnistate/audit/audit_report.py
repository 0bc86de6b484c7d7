"""What an audit found, for people and for programs.

Words only: nothing is counted or judged here.
"""

from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from omnistate.audit.findings import LAWS, Findings, Violation

SHOWN: Final = 20
# In this order; each with what it counts.
COUNTS: Final = {
    "inputs": "inputs taken",
    "changed": "of which changed their conversation",
    "recorded": "of which were recorded",
    "waiting": "of which wait for a start or for their order",
    "refused": "of which were refused or ignored",
    "dead letters": "of which are dead letters",
    "batches": "positions, one a batch",
    "changes": "state changes",
    "refusals": "refusals",
    "recordings": "inputs published as recorded",
    "reminders": "reminders",
    "holds": "holds",
    "releases": "releases",
    "still held": "still held",
    "declined": "grants that were not held after all",
    "rows": "conversations remembered",
    "states": "conversations that stand on conversation-states",
    "counters": "counters",
    "replayed": "inputs replayed",
    "timers": "timers that fired in the replay",
    "compared": "outputs that the replay gave again, byte for byte",
    "rows compared": "rows that the replay came to, too",
    "totals batches": "positions of the representative worker",
    "representatives": "representatives whose published totals were added up again",
    "limits": "of which the limits were compared with the configuration, too",
    "requests": "requests that the gate has answered",
    "grants": "of which it granted",
    "holdings": "holds of the representative worker's table that were compared",
    "keys": "keys of the read model that were compared",
    "keys under way": "of which changed meanwhile, and were left alone",
}


def describe_findings(findings: Findings) -> dict[str, Any]:
    """What `--json` prints. `violations` are the first of each law, `laws` counts all."""
    return {
        "ok": findings.ok,
        "counts": {name: findings.counts[name] for name in COUNTS},
        "laws": {law: findings.found[law] for law in LAWS},
        "violations": [_as_object(violation) for violation in findings.violations],
        "notes": findings.notes,
        "not_checked": dict(findings.unchecked),
    }


def print_findings(console: Console, findings: Findings) -> None:
    """The laws, what was counted, the notes, and the first violations."""
    holds, broken = ("✓", "✗") if console.encoding.startswith("utf") else ("ok", "broken")
    laws = Table(box=None, show_header=False, pad_edge=False)
    for law, promise in LAWS.items():
        sentence = promise
        found, why = findings.found[law], findings.unchecked.get(law)
        verdict = Text(broken, style="bold red") if found else Text(holds, style="green")
        if found:
            sentence = f"{sentence}: {found:,} violations"
        elif why is not None:
            verdict, sentence = Text("-"), f"not checked ({why})"
        laws.add_row(verdict, law, Text(sentence))
    console.print(laws)
    console.print()
    counts = Table(box=None, show_header=False, pad_edge=False)
    counts.add_column(justify="right")
    for name, sentence in COUNTS.items():
        counts.add_row(f"{findings.counts[name]:,}", sentence)
    console.print(counts)
    for note in findings.notes:
        console.print(Text(f"\nNote: {note}."))
    if not findings.ok:
        console.print()
    for violation in findings.violations[:SHOWN]:
        console.print(Text(describe_violation(violation)), soft_wrap=True)
    more = sum(findings.found.values()) - SHOWN
    if more > 0:
        console.print(f"and {more:,} more")


def describe_violation(violation: Violation) -> str:
    """One line: the law, the record or the key of Redis or both, the sentence."""
    law, topic, partition, offset, sentence, key = violation
    places = [f"{topic}/{partition}/{offset}"] if topic else []
    return ": ".join([law, *places, *([key] if key else []), sentence])


def _as_object(violation: Violation) -> dict[str, Any]:
    """Its members; without a key of Redis, or without the record, where there is none."""
    found = violation._asdict()
    if not violation.key:
        del found["key"]
    if not violation.topic:
        found |= dict.fromkeys(("topic", "partition", "offset"))
    return found
