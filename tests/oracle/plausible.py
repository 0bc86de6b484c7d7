"""Which inputs suit which stage, for `guesses`: the likelier first, likely ones more than once."""

from __future__ import annotations

PLAUSIBLE: dict[str, str] = {
    "scheduled": """router.schedule customer.messaged customer.ended conversation.updated
        record.deactivated router.close supervisor.force_close conversation.closed""",
    "open": """router.assign router.assign router.assign representative.pick supervisor.assign
        representative.pick router.move customer.messaged customer.disconnected supervisor.monitor
        customer.disconnected customer.reconnected representative.close_session router.close
        representative.release supervisor.assign customer.ended supervisor.force_close
        record.deactivated bot.take bot.take router.schedule conversation.updated
        conversation.progressed supervisor.leave conversation.closed""",
    "awaiting_acceptance": """representative.accept representative.accept representative.accept
        representative.accept representative.accept representative.accept representative.accept
        representative.accept representative.accept representative.accept representative.accept
        representative.accept representative.accept representative.disconnected router.assign
        router.assign router.assign router.assign representative.disconnected
        representative.reject representative.reject representative.release supervisor.transfer
        supervisor.assign customer.disconnected customer.reconnected representative.reconnected
        customer.messaged representative.transfer router.move supervisor.monitor
        customer.ended supervisor.force_close router.withdraw router.withdraw router.withdraw
        conversation.updated conversation.updated conversation.closed supervisor.leave""",
    "in_conversation": """representative.transfer representative.transfer representative.end
        representative.transfer representative.transfer representative.transfer representative.end
        consult.ended consult.ended consult.ended
        representative.close_session representative.close_session consult.started
        representative.accept representative.accept representative.disconnected supervisor.transfer
        representative.transfer representative.close_session representative.message
        representative.end consult.started consult.started consult.ended customer.messaged
        representative.resolve_record representative.resolve_record representative.reject
        representative.disconnected representative.reconnected customer.disconnected
        representative.release supervisor.assign supervisor.monitor customer.reconnected
        customer.ended record.deactivated router.move supervisor.force_close router.withdraw
        representative.message customer.messaged representative.hold representative.hold
        representative.unhold conversation.progressed conversation.updated conversation.updated
        consult.started representative.transfer conversation.closed supervisor.leave
        representative.disconnected""",
    "with_external": """external.failed external.ended representative.resume supervisor.assign
        external.failed representative.resume customer.ended customer.ended customer.ended
        supervisor.force_close external.ended external.ended external.failed representative.resume
        representative.close_session supervisor.monitor consult.ended supervisor.assign router.move
        customer.disconnected router.close supervisor.force_close conversation.progressed
        conversation.updated conversation.closed customer.ended""",
    "with_bot": """bot.escalate bot.escalate bot.escalate customer.messaged customer.disconnected
        customer.reconnected supervisor.monitor bot.end customer.ended supervisor.force_close
        customer.messaged bot.message bot.message bot.take bot.take supervisor.assign router.move
        supervisor.transfer representative.pick router.schedule router.close
        conversation.progressed representative.close_session conversation.updated
        conversation.closed supervisor.leave""",
    "waiting": """customer.messaged customer.messaged representative.resume customer.reconnected
        representative.message supervisor.assign supervisor.monitor supervisor.transfer
        record.reactivated record.reactivated router.move bot.take router.schedule router.close
        representative.end record.deactivated conversation.updated
        representative.close_session representative.release supervisor.force_close
        conversation.closed""",
    "wrap_up": """representative.close_session representative.close_session representative.end
        representative.close_session
        representative.extend_wrap_up representative.extend_wrap_up representative.disconnected
        representative.disconnected representative.reconnected customer.messaged customer.messaged
        supervisor.monitor customer.messaged representative.message customer.disconnected
        conversation.updated supervisor.force_close conversation.closed""",
    "resolved": """record.reactivated record.reactivated representative.close_session
        representative.resolve_record record.deactivated conversation.updated
        supervisor.assign supervisor.force_close conversation.closed""",
    "closed": """customer.messaged representative.close_session representative.close_session
        supervisor.force_close conversation.started conversation.wrapped_up""",
}
# What another system says; told in any stage, the likely ones here.
REPORTED: dict[str, str] = {
    "scheduled": """conversation.queued conversation.offered conversation.answered
        conversation.ended""",
    "open": """conversation.offered conversation.offered conversation.offered
        conversation.answered conversation.queued conversation.ended conversation.wrapped_up
        conversation.parked""",
    "awaiting_acceptance": """conversation.answered conversation.answered conversation.offered
        conversation.offered conversation.offer_ended conversation.offer_ended
        conversation.offer_ended conversation.queued conversation.ended conversation.wrapped_up""",
    "in_conversation": """conversation.ended conversation.ended conversation.wrapped_up
        conversation.parked conversation.offered conversation.answered conversation.answered
        conversation.offer_ended conversation.queued""",
    "with_external": """conversation.queued conversation.offered conversation.answered
        conversation.ended conversation.wrapped_up""",
    "with_bot": """conversation.queued conversation.offered conversation.answered
        conversation.ended""",
    "waiting": """conversation.queued conversation.offered conversation.answered
        conversation.ended conversation.wrapped_up""",
    "wrap_up": """conversation.wrapped_up conversation.wrapped_up conversation.answered
        conversation.ended conversation.offered conversation.queued""",
    "resolved": """conversation.queued conversation.answered conversation.offered
        conversation.ended""",
    "closed": "conversation.ended conversation.wrapped_up",
}
PLAUSIBLE_OF_STAGE = {stage: words.split() for stage, words in PLAUSIBLE.items()}
REPORTS_OF_STAGE = {stage: words.split() for stage, words in REPORTED.items()}
CLOSING = (
    "supervisor.force_close",
    "router.close",
    "customer.ended",
    "bot.end",
    "conversation.closed",
    "conversation.ended",
    "conversation.wrapped_up",
)
# What comes before its start, and one that does not wait for it.
EARLY = (
    "conversation.offered",
    "conversation.answered",
    "conversation.queued",
    "customer.messaged",
    "conversation.updated",
    "supervisor.monitor",
    "conversation.ended",
    "customer.ended",
    "router.assign",
    "conversation.closed",
)
