"""Which data each input type has, and what fills the core's view of an input from it.

The tables alone; what the members say is told by `input_fills`, what they mean by the core.
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
from omnistate.stream.conversation import input_fills as fills

Fill = Callable[[Input, Any], None]

_FILLS: Final[dict[type[Data], Fill | None]] = {
    facts.NoData: None,
    facts.ConversationStartedData: fills.fill_start,
    facts.ConversationUpdatedData: fills.fill_update,
    facts.ConversationClosedData: fills.fill_closing,
    facts.RecordDeactivatedData: fills.fill_deactivation,
    facts.ConversationQueuedData: fills.fill_queued,
    facts.ReportedRepresentativeData: fills.fill_reported,
    facts.OfferEndedData: fills.fill_offer_end,
    facts.ConversationEndedData: fills.fill_end_of_talk,
    facts.ConversationWrappedUpData: fills.fill_wrapped_up,
    facts.RepresentativeData: fills.fill_representative,
    facts.ConsultEndedData: fills.fill_consult_end,
    facts.SupervisorData: fills.fill_supervisor,
    actions.ActionData: fills.fill_action,
    actions.RepresentativeActionData: fills.fill_representative_action,
    actions.RejectData: fills.fill_rejection,
    actions.EndData: fills.fill_end,
    actions.CloseSessionData: fills.fill_close_session,
    actions.ExtendWrapUpData: fills.fill_extension,
    actions.ResolveRecordData: fills.fill_end,
    actions.RouterAssignData: fills.fill_offer,
    actions.RouterMoveData: fills.fill_move,
    actions.RouterCloseData: fills.fill_router_close,
    actions.RouterWithdrawData: fills.fill_withdrawal,
    actions.RouterScheduleData: fills.fill_schedule,
    actions.TransferData: fills.fill_transfer,
    actions.ConsultData: fills.fill_consult,
    actions.SupervisorActionData: fills.fill_supervisor_action,
    actions.SupervisorAssignData: fills.fill_assignment,
    actions.SupervisorTransferData: fills.fill_supervisor_transfer,
    actions.BotEscalateData: fills.fill_escalation,
    actions.BotTakeData: fills.fill_bot,
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
        (facts.RecordDeactivatedData, "outcome", fills.DEACTIVATIONS),
        (actions.TransferTarget, "kind", fills.TRANSFERS),
    ):
        values = get_args(model.model_fields[member].annotation)
        check_complete(f"triggers.VARIANTS, by {model.__name__},", meanings, values, member)
    check_complete("input_fills.ENDERS", fills.ENDERS, get_args(Ender), "whoever ends a talk")


_check()
# Type -> what validates its data, and what reads it into an input.
READERS: Final = {name: _reader(name) for name in INPUTS}
