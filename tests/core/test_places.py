"""Who adds something to the law is led from place to place by what the import says.

Each task begins with what is new. Whatever then is forgotten is complained of, and mended by the
next edit; when nothing is complained of any more, the engine does what was added.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.core.source_copy import ENGINE, LAW, SCHEMAS, SourceCopy


class Step(NamedTuple):
    """What is complained of (nothing at first), and the edit that mends it."""

    complaint: str
    path: str
    pattern: str
    text: str


Data = dict[str, str]
TABLE: Final = f"{LAW}/transitions.py"
WORDS: Final = f"{SCHEMAS}/vocabulary.py"
FACT: Final = '''class CustomerTyped(CloudEvent):
    """The customer is writing."""

    model_config = example("customer.typed", "/gateways/chat", {})
    type: Literal["customer.typed"]
    data: NoData


'''
TRAITS: Final = """    EM: KindTraits(
        "E-mail", leaving="waiting", disconnect="nothing", bot_timer="bot_inactivity"
    ),
}
check_complete"""
TASKS: Final = {
    "an input type": [
        Step("", f"{SCHEMAS}/channel_events.py", "^(?=ChannelEvent = )", FACT),
        Step(
            "",
            f"{SCHEMAS}/channel_events.py",
            r"^    \| RecordDeactivated,",
            "    | RecordDeactivated\n    | CustomerTyped,",
        ),
        Step(
            "applicability.FOR lacks the input type customer.typed",
            f"{SCHEMAS}/applicability.py",
            '^(?=    "customer.ended": )',
            '    "customer.typed": "LC PC AM",\n',
        ),
        Step(
            "transitions.TABLE lacks the trigger customer.typed",
            TABLE,
            "^(?=customer.ended )",
            "customer.typed ? - rec rec rec rec rec - - - stale\n",
        ),
        Step(
            "rules.RECORDED lacks the recorded trigger customer.typed",
            f"{LAW}/rules.py",
            '^(?=    "customer.messaged": Recorded)',
            '    "customer.typed": Recorded(activity=True, plain=True),\n',
        ),
        Step(
            "registry._RECORDABLE lacks the recorded input type customer.typed",
            f"{SCHEMAS}/registry.py",
            '^(?=        "customer.messaged",)',
            '        "customer.typed",\n',
        ),
    ],
    "a rule": [
        Step(
            "",
            f"{LAW}/rules.py",
            r'^(?=    Rule\("O7")',
            '    Rule("Q9", "closed", "failure", on="router.close"),\n',
        ),
        Step(
            "transitions.TABLE lacks the rule Q9 router.close",
            TABLE,
            r"^(router.close +\? +)x ",
            r"\1Q9",
        ),
        Step(
            "sentences.RULE_SENTENCES lacks the rule Q9",
            f"{LAW}/sentences.py",
            '^(?=    "O1": )',
            '    "Q9": "was called off by the router",\n',
        ),
    ],
    "a channel kind": [
        Step("", WORDS, '^(Kind = Literal.*?)"record"', r'\1"record", "email"'),
        Step(
            "vocabulary.KINDS lacks the channel kind email",
            WORDS,
            r"^(KINDS: .*?RE)\)",
            r"EM: Final[Kind] = 'email'" + "\n" + r"\1, EM)",
        ),
        Step(
            "vocabulary.KIND_CODES lacks the channel kind email",
            WORDS,
            r'"RE": RE',
            '"RE": RE, "EM": EM',
        ),
        Step(
            "vocabulary.KIND_OF_CHANNEL lacks the channel kind email",
            WORDS,
            '^    "record": RE,',
            '    "record": RE,\n    "email": EM,',
        ),
        Step(
            "vocabulary.KIND_OF_CHANNEL has email, which is no channel",
            WORDS,
            '^(Channel = .*?)"record"',
            r'\1"record", "email"',
        ),
        Step(
            "by_kind",
            f"{SCHEMAS}/workstream.py",
            "^        record=",
            "        email=1,\n        record=",
        ),
        Step(
            "kinds.TRAITS lacks the channel kind email",
            f"{ENGINE}/core/kinds.py",
            r"^}\ncheck_complete",
            TRAITS,
        ),
        Step(
            "",
            f"{ENGINE}/core/kinds.py",
            "import AM, KINDS",
            "import AM, EM, KINDS",
        ),
        Step("", f"{SCHEMAS}/applicability.py", '"LC PC AM VO RE"', '"LC PC AM VO RE EM"'),
    ],
    "a timer": [
        Step("", WORDS, '^    "wrap_up_release",', '    "wrap_up_release",\n    "silence",'),
        Step(
            "transitions.TIES lacks the timer silence",
            TABLE,
            '^    "offer",',
            '    "offer",\n    "silence",',
        ),
        Step(
            "transitions.TABLE lacks the trigger timer.silence",
            TABLE,
            "^(?=timer.inactivity )",
            "timer.silence . . . . . . . . . . .\n",
        ),
        Step(
            "timers.STAGE_TIMERS, WINDOWS or HOLD_TIMERS lacks the timer silence",
            f"{LAW}/timers.py",
            r'"auto_close", "scheduled"\)',
            '"auto_close", "scheduled", "silence")',
        ),
    ],
    "a stage": [
        Step("", f"{LAW}/stages.py", '^    "wrap_up",', '    "parked",\n    "wrap_up",'),
        Step(
            "stages.MEANINGS lacks the stage parked",
            f"{LAW}/stages.py",
            '^(?=    "wrap_up": )',
            '    "parked": Meaning("waiting", "awaiting_customer", None),\n',
        ),
        Step(
            "the head of transitions.TABLE lacks the stage parked, wrap_up, resolved, closed",
            TABLE,
            "^(trigger .*?)wrap_up",
            r"\1parked wrap_up",
        ),
        Step(
            "the row conversation.started of transitions.TABLE lacks the cell of the stage closed",
            TABLE,
            r"^([a-z_]+\.\S+ +(?:\S+ +){8})(\S+)(?= +\S+ +\S+$)",
            r"\1\2 \2",
        ),
        Step(
            "table_rows.MEANINGS lacks the stage parked",
            f"{ENGINE}/audit/table_rows.py",
            '^(?=    "wrap_up": )',
            '    "parked": ("waiting", "awaiting_customer"),\n',
        ),
    ],
}
# What is replayed in the end: the members of its start, further inputs, outcomes and rules.
REPLAYS: Final[dict[str, tuple[Data, list[tuple[str, Data]], str]]] = {
    "an input type": ({"channel": "sms"}, [("customer.typed", {})], "changed recorded C1"),
    "a rule": (
        {"channel": "sms", "scheduled_for": "2026-03-02T10:00:00Z"},
        [("router.close", {"reason": "failure"})],
        "changed changed C4 Q9",
    ),
    "a channel kind": (
        {"channel": "email"},
        [
            ("router.assign", {"representative_id": "ana"}),
            ("representative.accept", {"representative_id": "ana"}),
            ("representative.close_session", {"representative_id": "ana"}),
        ],
        "changed changed changed changed C1 O1 A1 B9",
    ),
}
REPLAY: Final = """
import json, sys
from omnistate import Directory, Replay
from omnistate_schemas import Workstream
channel, lines = json.loads(sys.stdin.read())
replay = Replay(Directory({"w": Workstream(channel=channel)}))
outputs = [json.loads(line)["value"]["data"] for line in replay.feed(map(str.encode, lines))]
said = [*replay.tally.elements(), *(each["rule"] for each in outputs if "state" in each)]
print(*said)
"""


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_who_adds_something_is_led_to_every_place(task: str, tmp_path: Path) -> None:
    sources = SourceCopy(tmp_path)
    for step in TASKS[task]:
        if step.complaint:
            said = sources.complain()
            assert said is not None, step
            assert said.startswith(step.complaint), said
        sources.edit_each(step.path, step.pattern, step.text)
    assert sources.complain() is None
    if task in REPLAYS:
        start, inputs, expected = REPLAYS[task]
        done = sources.run(REPLAY, stdin=json.dumps([start["channel"], lines_of(start, inputs)]))
        assert (done.stdout.strip(), done.stderr) == (expected, "")


def lines_of(start: Data, inputs: list[tuple[str, Data]]) -> list[str]:
    """A conversation's inputs, a minute apart."""
    started = ("conversation.started", {"workstream_id": "w", **start})
    return [
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"i{number}",
                "source": "/tests",
                "type": type_,
                "subject": "c1",
                "time": f"2026-03-02T09:0{number}:00Z",
                "data": data,
            }
        )
        for number, (type_, data) in enumerate([started, *inputs])
    ]
