"""Everything that may be forgotten in the law, each once: the edit, and what is said of it."""

from typing import Final, NamedTuple

from tests.core.source_copy import ENGINE, LAW, SCHEMAS, STREAM


class Slip(NamedTuple):
    """Something forgotten: an edit of one file, and the sentence that is said of it."""

    path: str
    pattern: str
    text: str
    sentence: str


TABLE: Final = f"{LAW}/transitions.py"
SLIPS: Final = {
    "a kind's traits": Slip(
        f"{ENGINE}/core/kinds.py",
        r"    RE: KindTraits",
        "    VO: KindTraits",
        "kinds.TRAITS lacks the channel kind record",
    ),
    "a kind's channels": Slip(
        f"{SCHEMAS}/vocabulary.py",
        r'^    "voice": VO,\n',
        "",
        "vocabulary.KIND_OF_CHANNEL lacks the channel kind voice",
    ),
    "a channel's kind": Slip(
        f"{SCHEMAS}/vocabulary.py",
        r"^    \*\*dict\.fromkeys\(MESSAGING_CHANNELS, AM\),\n",
        '    "sms": AM,\n',
        "vocabulary.KIND_OF_CHANNEL lacks the channel whatsapp, facebook, teams, line, wechat, "
        "apple_messages, twitter, google_business, custom",
    ),
    "which kinds a type is for": Slip(
        f"{SCHEMAS}/applicability.py",
        r'^    "bot.end": [^\n]*\n',
        "",
        "applicability.FOR lacks the input type bot.end",
    ),
    "a code of a kind": Slip(
        f"{SCHEMAS}/applicability.py",
        r'"bot.end": "LC',
        '"bot.end": "LX',
        "applicability.FOR has LX, which is no code of a channel kind",
    ),
    "a type's sentence": Slip(
        f"{SCHEMAS}/channel_events.py",
        r'(class CustomerEnded\(CloudEvent\):\n) *""".*?"""\n',
        r"\1",
        "the docstring of an event lacks the sentence of customer.ended",
    ),
    "a type's example": Slip(
        f"{SCHEMAS}/channel_events.py",
        r'    model_config = example\("customer.ended"[^\n]*\n',
        "",
        "the model_config of an event lacks the example of customer.ended",
    ),
    "a type's row": Slip(
        TABLE, r"^bot\.end [^\n]*\n", "", "transitions.TABLE lacks the trigger bot.end"
    ),
    "a variant's row": Slip(
        TABLE,
        r"^representative\.transfer/bot [^\n]*\n",
        "",
        "transitions.TABLE lacks the trigger representative.transfer/bot",
    ),
    "a timer's row": Slip(
        TABLE, r"^timer\.offer [^\n]*\n", "", "transitions.TABLE lacks the timer offer"
    ),
    "a cell": Slip(
        TABLE,
        r"^(bot\.end .*?) x ",
        r"\1 ",
        "the row bot.end of transitions.TABLE lacks the cell of the stage closed",
    ),
    "a column": Slip(
        TABLE,
        r"^(trigger .*) resolved closed",
        r"\1 closed",
        "the head of transitions.TABLE lacks the stage resolved, closed",
    ),
    "that a row is there already": Slip(
        TABLE,
        r"^(bot\.end [^\n]*\n)",
        r"\1\1",
        "the row bot.end of transitions.TABLE is there twice",
    ),
    "that a fact is never rejected": Slip(
        TABLE,
        r"^(customer\.messaged +early +)-",
        r"\1x",
        "transitions.TABLE: customer.messaged is a fact, not x in scheduled",
    ),
    "that an action is answered": Slip(
        TABLE,
        r"^(bot\.end +\? +)x",
        r"\1-",
        "transitions.TABLE: bot.end is an action, not - in scheduled",
    ),
    "a timer's place among ties": Slip(
        TABLE, r'^    "offer",\n', "", "transitions.TIES lacks the timer offer"
    ),
    "how a timer is called": Slip(
        TABLE,
        r'^    "timer.wake": ',
        '    "timer.wakes": ',
        "transitions.TIMER_FOR has timer.wakes, which is no timer",
    ),
    "which timers end with a stage": Slip(
        f"{LAW}/timers.py",
        r'^    "auto_close",\n',
        "",
        "timers.STAGE_TIMERS, OWNED_TIMERS or OTHERS lacks the timer auto_close",
    ),
    "a stage's meaning": Slip(
        f"{LAW}/stages.py",
        r'^    "with_bot": [^\n]*\n',
        "",
        "stages.MEANINGS lacks the stage with_bot",
    ),
    "a rule": Slip(
        f"{LAW}/rules.py",
        r'^    Rule\("O10"[^\n]*\n',
        "",
        "transitions.TABLE has O10, which is no rule and no sign",
    ),
    "a rule of one trigger": Slip(
        f"{LAW}/rules.py",
        r'"E1", "closed", "force_closed", on="supervisor."',
        '"E1", "closed", "force_closed", on="customer."',
        "rules.RULES lacks the rule E1 on supervisor.force_close in with_external",
    ),
    "a rule of a kind": Slip(
        f"{LAW}/rules.py",
        r'"B8", "open", kinds=_REQUEUED',
        '"B8", "open", kinds=_KEPT',
        "rules.RULES: representative.close_session in in_conversation leads nowhere for live_chat",
    ),
    "where a rule applies": Slip(
        TABLE, r"^(bot\.end .*) D2 ", r"\1 x  ", "transitions.TABLE lacks the rule D2"
    ),
    "a rule that follows": Slip(
        f"{LAW}/rules.py",
        r'("X1", "open", then=)"X2"',
        r'\1"Q9"',
        "rules.RULES, by `then`, has Q9, which is no rule",
    ),
    "when a rule follows": Slip(
        f"{LAW}/sequels.py",
        r'^    "L1": [^\n]*\n',
        "",
        "sequels._CONDITIONS lacks the rule that follows another one L1",
    ),
    "a rule's sentence": Slip(
        f"{LAW}/sentences.py",
        r'^    "A7": [^\n]*\n',
        "",
        "sentences.RULE_SENTENCES lacks the rule A7",
    ),
    "the sentence of a rule that only gives back": Slip(
        f"{LAW}/sentences.py",
        r'^    "W5": [^\n]*\n',
        "",
        "sentences.RULE_SENTENCES lacks the rule W5",
    ),
    "a code's sentence": Slip(
        f"{LAW}/sentences.py",
        r'^    "pick_only": [^\n]*\n',
        "",
        "sentences._REFUSALS lacks the code of a refusal pick_only",
    ),
    "what is recorded": Slip(
        f"{LAW}/recorded.py",
        r'^    "supervisor.monitor": [^\n]*\n',
        "",
        "recorded.RECORDED lacks the recorded trigger supervisor.monitor",
    ),
    "what a recorded input does": Slip(
        f"{LAW}/recording.py",
        r'^    "representative.message": [^\n]*\n',
        "",
        "recording._EFFECTS lacks the recorded trigger that is not plain representative.message",
    ),
    "what the audit lets be recorded": Slip(
        f"{SCHEMAS}/registry.py",
        r'^        "supervisor.monitor",\n',
        "",
        "registry._RECORDABLE lacks the recorded input type supervisor.monitor",
    ),
    "that something is recorded no more": Slip(
        f"{SCHEMAS}/registry.py",
        r'^        "supervisor.monitor",\n',
        '        "supervisor.monitor",\n        "bot.end",\n',
        "registry._RECORDABLE has bot.end, which is no recorded input type",
    ),
    "a stage's words in the audit": Slip(
        f"{ENGINE}/audit/table_rows.py",
        r'^    "resolved": [^\n]*\n',
        "",
        "table_rows.MEANINGS lacks the stage resolved",
    ),
    "how a trigger is called": Slip(
        f"{LAW}/guards.py",
        r'^    "router.move": ',
        '    "router.moves": ',
        "guards.IDLE has router.moves, which is no trigger",
    ),
    "a variant": Slip(
        f"{LAW}/triggers.py",
        r'^        "cancelled": [^\n]*\n',
        "",
        "triggers.VARIANTS, by RecordDeactivatedData, lacks the outcome cancelled",
    ),
    "a reader": Slip(
        f"{STREAM}/input_readers.py",
        r"^    actions\.BotEscalateData: [^\n]*\n",
        "",
        "input_readers._FILLS lacks the data of an input BotEscalateData",
    ),
    "a struct of the usual form": Slip(
        f"{STREAM}/fast_structs.py",
        r"^    actions\.BotEscalateData: [^\n]*\n",
        "",
        "fast_structs._DATA or _IN_FULL lacks the data of an input BotEscalateData",
    ),
    "a member of the usual form": Slip(
        f"{STREAM}/fast_structs.py",
        r"^    overflow: [^\n]*\n",
        "",
        "fast_structs._Move lacks the member overflow",
    ),
    "what an output is called": Slip(
        f"{STREAM}/encoding.py",
        r"^    Ignored: [^\n]*\n",
        "",
        "encoding._NAMES lacks the output type input.ignored",
    ),
    "a duration's key": Slip(
        f"{ENGINE}/core/settings.py",
        r'^    "waiting": [^\n]*\n',
        "",
        "settings._DURATIONS or _CLOSINGS lacks the duration waiting_ms",
    ),
}
