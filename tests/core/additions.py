"""What somebody may add to the law, step by step: each complaint, and the edit that mends it."""

from typing import Final, NamedTuple

from tests.core.source_copy import ENGINE, LAW, SCHEMAS


class Step(NamedTuple):
    """What is complained of (nothing at first), and the edit that mends it."""

    complaint: str
    path: str
    pattern: str
    text: str


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
            r"^    \| ConversationWrappedUp,",
            "    | ConversationWrappedUp\n    | CustomerTyped,",
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
            "customer.typed early - rec rec rec rec rec - - - stale\n",
        ),
        Step(
            "recorded.RECORDED lacks the recorded trigger customer.typed",
            f"{LAW}/recorded.py",
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
            r"^(router.close +\? +)N5",
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
            f"{SCHEMAS}/auto_close.py",
            "^        record=",
            "        email=1,\n        record=",
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
        Step("", WORDS, '^    "wrap_up_release",', '    "wrap_up_release",\n    "patience",'),
        Step(
            "transitions.TIES lacks the timer patience",
            TABLE,
            '^    "offer",',
            '    "offer",\n    "patience",',
        ),
        Step(
            "transitions.TABLE lacks the timer patience",
            TABLE,
            "^(?=timer.inactivity )",
            "timer.patience . . . . . . . . . . .\n",
        ),
        Step(
            "timers.STAGE_TIMERS, OWNED_TIMERS or OTHERS lacks the timer patience",
            f"{LAW}/timers.py",
            '^    "scheduled",',
            '    "scheduled",\n    "patience",',
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
