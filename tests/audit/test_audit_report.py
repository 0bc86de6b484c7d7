"""What an audit says, to people and to programs."""

import io
import json

from omnistate.audit.audit_report import COUNTS, SHOWN, describe_findings, print_findings
from omnistate.audit.findings import KEPT, LAWS, Findings
from omnistate_schemas.vocabulary import STATE_CHANGES
from rich.console import Console

from tests.audit.audit_rig import Rig
from tests.audit.tampering import find, set_data, spots, third


def said(findings: Findings, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    print_findings(Console(file=file, width=120), findings)
    file.flush()
    return raw.getvalue().decode(encoding)


async def test_everything_is_in_order(rig: Rig) -> None:
    findings = await rig.audit()
    lines = said(findings).splitlines()
    unchecked = ("totals", "gate", "read_model")
    assert [line.split()[:2] for line in lines[: len(LAWS)]] == [
        ["-" if law in unchecked else "✓", law] for law in LAWS
    ]
    assert "not checked (no OMNISTATE_REDIS_URL)" in lines[len(LAWS) - 1]
    assert [f"{findings.counts['inputs']:,}", "inputs", "taken"] in [line.split() for line in lines]
    assert set(findings.counts) <= set(COUNTS)
    described = json.loads(json.dumps(describe_findings(findings)))
    assert described["ok"] is True
    assert described["laws"] == dict.fromkeys(LAWS, 0)
    assert described["violations"] == described["notes"] == []
    assert tuple(described["not_checked"]) == unchecked
    assert described["counts"]["changes"] == findings.counts["changes"] > 0


async def test_a_violation_is_named(rig: Rig) -> None:
    place = find(rig, STATE_CHANGES, third).alter(set_data(previous_status="closed"))
    findings = await rig.audit()
    text = said(findings)
    assert "✗  sequence" in text
    assert "✓  holds" in text
    assert f"sequence: {place[0]}/{place[1]}/{place[2]}: previous_status: is not what" in text
    described = describe_findings(findings)
    assert described["ok"] is False
    assert described["laws"]["sequence"] == 1
    assert {
        "law": "sequence",
        "topic": place[0],
        "partition": place[1],
        "offset": place[2],
        "sentence": "previous_status: is not what change 2 left",
    } in described["violations"]


async def test_the_first_violations_are_shown_and_the_others_counted(rig: Rig) -> None:
    for spot in spots(rig, STATE_CHANGES):
        spot.put(key=b"x")
    findings = await rig.audit()
    total = sum(findings.found.values())
    assert findings.found["sequence"] > KEPT
    assert sum(violation.law == "sequence" for violation in findings.violations) == KEPT
    lines = said(findings).splitlines()
    assert lines[-1] == f"and {total - SHOWN:,} more"
    shown = [line for line in lines if line.partition(": ")[0] in LAWS]
    assert len(shown) == SHOWN


async def test_a_terminal_without_unicode(rig: Rig) -> None:
    find(rig, STATE_CHANGES, third).drop()
    text = said(await rig.audit(), "ascii")
    assert "broken" in text
    assert "ok" in text


def test_notes_are_said() -> None:
    findings = Findings()
    findings.note("something that [breaks] no law")
    assert "Note: something that [breaks] no law." in said(findings)


async def test_no_sentence_has_a_value_of_a_record(rig: Rig) -> None:
    """Whatever is broken: no ids of customers, people or conversations, nor any other text."""
    ids: set[str] = set()
    for spot in spots(rig, STATE_CHANGES):
        data = spot.event["data"]
        ids |= {data.get(name) for name in ("conversation_id", "customer_id", "representative_id")}
    for number, spot in enumerate(spots(rig, STATE_CHANGES)):
        if number % 3 == 0:
            spot.alter(set_data(customer_id="Jane Doe", queue_id="Jane Doe", sequence=9))
        elif number % 3 == 1:
            spot.put(value=spot.bytes.replace(b'"status":"', b'"status":"Jane Doe'))
    findings = await rig.audit()
    text = json.dumps(describe_findings(findings)) + said(findings)
    assert len(findings.violations) > 100
    assert "Jane" not in text
    assert not [id_ for id_ in ids if (id_ and f" {id_}" in text) or f'"{id_}"' in text]
