"""Which data each input type has, and what fills the core's view of an input from it.

The tables alone; what the members say is told by `fact_fills` and `action_fills`, what they mean by
the core.
"""

from collections.abc import Callable
from typing import Any, Final, get_args

from omnistate_schemas import action_data as actions
from omnistate_schemas import input_data as facts
from omnistate_schemas.completeness import Incomplete, check_complete
from omnistate_schemas.input_data import Data
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import Ender

from omnistate.core.input import Input
from omnistate.stream.conversation import action_fills, fact_fills

Fill = Callable[[Input, Any], None]

_FILLS: Final[dict[type[Data], Fill | None]] = {
    facts.NoData: None,
    facts.ConversationStartedData: fact_fills.fill_start,
    facts.ConversationUpdatedData: fact_fills.fill_update,
    facts.ConversationClosedData: fact_fills.fill_closing,
    facts.RecordDeactivatedData: fact_fills.fill_deactivation,
    facts.ConversationQueuedData: fact_fills.fill_queued,
    facts.ReportedRepresentativeData: fact_fills.fill_reported,
    facts.OfferEndedData: fact_fills.fill_offer_end,
    facts.ConversationEndedData: fact_fills.fill_end_of_talk,
    facts.ConversationWrappedUpData: fact_fills.fill_wrapped_up,
    facts.RepresentativeData: fact_fills.fill_representative,
    facts.ConsultEndedData: fact_fills.fill_consult_end,
    facts.SupervisorData: fact_fills.fill_supervisor,
    actions.ActionData: action_fills.fill_action,
    actions.RepresentativeActionData: action_fills.fill_representative_action,
    actions.RejectData: action_fills.fill_rejection,
    actions.EndData: action_fills.fill_end,
    actions.CloseSessionData: action_fills.fill_close_session,
    actions.ExtendWrapUpData: action_fills.fill_extension,
    actions.ResolveRecordData: action_fills.fill_end,
    actions.RouterAssignData: action_fills.fill_offer,
    actions.RouterMoveData: action_fills.fill_move,
    actions.RouterCloseData: action_fills.fill_router_close,
    actions.RouterWithdrawData: action_fills.fill_withdrawal,
    actions.RouterScheduleData: action_fills.fill_schedule,
    actions.TransferData: action_fills.fill_transfer,
    actions.ConsultData: action_fills.fill_consult,
    actions.SupervisorActionData: action_fills.fill_supervisor_action,
    actions.SupervisorAssignData: action_fills.fill_assignment,
    actions.SupervisorTransferData: action_fills.fill_supervisor_transfer,
    actions.BotEscalateData: action_fills.fill_escalation,
    actions.BotTakeData: action_fills.fill_bot,
}


def data_of(name: str) -> type[Data]:
    """The model of an input type's `data`."""
    model = INPUTS[name].model.model_fields["data"].annotation
    if isinstance(model, type) and issubclass(model, Data):
        return model
    raise Incomplete(f"the data of {name} is no model of input_data or action_data")


def _reader(name: str) -> tuple[Callable[[Any], Any], Fill | None]:
    model = data_of(name)
    # The validator itself: one call less per event than `model_validate`.
    return model.__pydantic_validator__.validate_python, _FILLS[model]


def _check() -> None:
    """Raise Incomplete where a model of data, or a value with its own meaning, is forgotten."""
    needed = [data_of(name).__name__ for name in INPUTS]
    given = [model.__name__ for model in _FILLS]
    check_complete("input_readers._FILLS", given, needed, "data of an input")
    for model, member, meanings in (
        (facts.RecordDeactivatedData, "outcome", fact_fills.DEACTIVATIONS),
        (actions.TransferTarget, "kind", action_fills.TRANSFERS),
    ):
        values = get_args(model.model_fields[member].annotation)
        check_complete(f"triggers.VARIANTS, by {model.__name__},", meanings, values, member)
    check_complete("fact_fills.ENDERS", fact_fills.ENDERS, get_args(Ender), "whoever ends a talk")


_check()
# Type -> what validates its data, and what reads it into an input.
READERS: Final = {name: _reader(name) for name in INPUTS}
