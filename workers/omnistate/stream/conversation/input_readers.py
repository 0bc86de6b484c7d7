"""How each input type's `data` fills the core's view of an input.

One small function a shape of data; what the members mean is decided in the core.
"""

from collections.abc import Callable
from typing import Any, Final, get_args

from omnistate_schemas.completeness import Incomplete, check_complete
from omnistate_schemas.input_data import (
    BotEscalateData,
    ConsultData,
    ConversationStartedData,
    Data,
    NoData,
    RecordDeactivatedData,
    RepresentativeData,
    ResolveRecordData,
    RouterAssignData,
    RouterCloseData,
    RouterMoveData,
    SupervisorAssignData,
    SupervisorData,
    SupervisorTransferData,
    TransferData,
    TransferTarget,
)
from omnistate_schemas.registry import INPUTS

from omnistate.core.conversation.triggers import VARIANTS
from omnistate.core.input import Input, Start

Fill = Callable[[Input, Any], None]
# Types of several meanings: what each value says. `supervisor.assign` says it by what it names.
_DEACTIVATIONS: Final = VARIANTS["record.deactivated"]
_TRANSFERS: Final = VARIANTS["representative.transfer"]
_ASSIGNMENTS: Final = VARIANTS["supervisor.assign"]


def _fill_start(input_: Input, data: ConversationStartedData) -> None:
    input_.start = Start(
        data.channel,
        data.workstream_id,
        data.queue_id,
        data.customer_id,
        data.direction,
        data.handled_by,
        data.scheduled_for,
        data.units,
        data.profiles,
    )
    input_.representative_id = data.representative_id
    input_.queue_id = data.queue_id
    # Inbound, nobody is meant yet, whoever is named.
    if data.direction == "outbound":
        input_.target_id = data.representative_id


def _fill_deactivation(input_: Input, data: RecordDeactivatedData) -> None:
    input_.trigger = _DEACTIVATIONS[data.outcome]


def _fill_representative(input_: Input, data: RepresentativeData) -> None:
    input_.representative_id = input_.target_id = input_.actor_id = data.representative_id


def _fill_offer(input_: Input, data: RouterAssignData) -> None:
    input_.representative_id = input_.target_id = data.representative_id
    input_.auto_accept = bool(data.auto_accept)


def _fill_move(input_: Input, data: RouterMoveData) -> None:
    input_.queue_id = data.queue_id
    input_.overflow = bool(data.overflow)


def _fill_close(input_: Input, data: RouterCloseData) -> None:
    input_.reason = data.reason


def _fill_transfer(input_: Input, data: TransferData) -> None:
    input_.representative_id = input_.actor_id = data.representative_id
    input_.trigger = _TRANSFERS[data.to.kind]
    if data.to.kind == "queue":
        input_.queue_id = data.to.id
    else:
        input_.target_id = data.to.id


def _fill_consult(input_: Input, data: ConsultData) -> None:
    input_.representative_id = input_.target_id = data.representative_id
    input_.direct = data.via == "direct"


def _fill_supervisor(input_: Input, data: SupervisorData) -> None:
    input_.actor_id = data.supervisor_id


def _fill_assignment(input_: Input, data: SupervisorAssignData) -> None:
    input_.actor_id = data.supervisor_id
    input_.representative_id = input_.target_id = data.representative_id
    input_.queue_id = data.queue_id
    input_.trigger = _ASSIGNMENTS["queue" if data.representative_id is None else "representative"]


def _fill_supervisor_transfer(input_: Input, data: SupervisorTransferData) -> None:
    input_.actor_id = data.supervisor_id
    input_.representative_id = input_.target_id = data.representative_id


def _fill_escalation(input_: Input, data: BotEscalateData) -> None:
    input_.queue_id = data.queue_id


_FILLS: Final[dict[type[Data], Fill | None]] = {
    NoData: None,
    ConversationStartedData: _fill_start,
    RecordDeactivatedData: _fill_deactivation,
    RepresentativeData: _fill_representative,
    ResolveRecordData: _fill_representative,
    RouterAssignData: _fill_offer,
    RouterMoveData: _fill_move,
    RouterCloseData: _fill_close,
    TransferData: _fill_transfer,
    ConsultData: _fill_consult,
    SupervisorData: _fill_supervisor,
    SupervisorAssignData: _fill_assignment,
    SupervisorTransferData: _fill_supervisor_transfer,
    BotEscalateData: _fill_escalation,
}


def data_of(name: str) -> type[Data]:
    """The model of an input type's `data`."""
    model = INPUTS[name].model.model_fields["data"].annotation
    if isinstance(model, type) and issubclass(model, Data):
        return model
    raise Incomplete(f"the data of {name} is no model of input_data")


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
        (RecordDeactivatedData, "outcome", _DEACTIVATIONS),
        (TransferTarget, "kind", _TRANSFERS),
    ):
        values = get_args(model.model_fields[member].annotation)
        check_complete(f"triggers.VARIANTS, by {model.__name__},", meanings, values, member)


_check()
# Type -> what validates its data, and what reads it into an input.
READERS: Final = {name: _reader(name) for name in INPUTS}
