"""What each shape of an action's `data` says to the core: one small function a shape.

What the members mean is decided in the core; which type has which shape stands in `input_readers`.
"""

from typing import Final

from omnistate_schemas.action_data import (
    ActionData,
    BotEscalateData,
    BotTakeData,
    CloseSessionData,
    ConsultData,
    EndData,
    ExtendWrapUpData,
    RejectData,
    RepresentativeActionData,
    RouterAssignData,
    RouterCloseData,
    RouterMoveData,
    RouterScheduleData,
    RouterWithdrawData,
    SupervisorActionData,
    SupervisorAssignData,
    SupervisorTransferData,
    TransferData,
)
from omnistate_schemas.action_data import Reservation as ReservationData
from omnistate_schemas.times import parse_time_ms
from pydantic import ValidationError

from omnistate.core.conversation.triggers import VARIANTS
from omnistate.core.details import Details, Reservation
from omnistate.core.input import Input

# Types of several meanings: what each value says. `supervisor.assign` says it by what it names.
TRANSFERS: Final = VARIANTS["representative.transfer"]
_ASSIGNMENTS: Final = VARIANTS["supervisor.assign"]


def fill_action(input_: Input, data: ActionData) -> None:
    """Whatever every action may say."""
    input_.expected_sequence = data.expected_sequence


def fill_representative_action(input_: Input, data: RepresentativeActionData) -> None:
    """An action of a representative."""
    input_.representative_id = input_.target_id = input_.actor_id = data.representative_id
    input_.expected_sequence = data.expected_sequence


def fill_rejection(input_: Input, data: RejectData) -> None:
    """A declined offer."""
    fill_representative_action(input_, data)
    if data.reason is not None:
        input_.details = Details(remark=data.reason)


def fill_end(input_: Input, data: EndData) -> None:
    """An end with a disposition."""
    fill_representative_action(input_, data)
    if data.disposition is not None:
        input_.details = Details(remark=data.disposition)


def fill_close_session(input_: Input, data: CloseSessionData) -> None:
    """The X, perhaps until later."""
    fill_end(input_, data)
    if data.resume_at is not None:
        input_.details = Details(remark=data.disposition, at_ms=parse_time_ms(data.resume_at))


def fill_extension(input_: Input, data: ExtendWrapUpData) -> None:
    """More time for wrap-up."""
    fill_representative_action(input_, data)
    input_.details = Details(seconds=data.seconds)


def fill_offer(input_: Input, data: RouterAssignData) -> None:
    """An offer, perhaps granted by the gate."""
    input_.representative_id = input_.target_id = data.representative_id
    input_.auto_accept = bool(data.auto_accept)
    input_.expected_sequence = data.expected_sequence
    if data.reservation is not None:
        _put_reservation(input_, data.reservation)


def fill_reservation(input_: Input, reservation: object) -> None:
    """What the gate has granted with an offer that is unusable otherwise, so that it is told."""
    try:
        granted = ReservationData.model_validate(reservation)
    except ValidationError:
        return
    _put_reservation(input_, granted)


def _put_reservation(input_: Input, told: ReservationData) -> None:
    granted = Reservation(told.id, told.source, told.units or 0, [*(told.profiles or ())])
    input_.details = Details(reservation=granted)


def fill_move(input_: Input, data: RouterMoveData) -> None:
    """Another queue."""
    input_.queue_id = data.queue_id
    input_.overflow = bool(data.overflow)
    input_.expected_sequence = data.expected_sequence


def fill_router_close(input_: Input, data: RouterCloseData) -> None:
    """Why the router gave up."""
    input_.reason = data.reason
    input_.expected_sequence = data.expected_sequence


def fill_withdrawal(input_: Input, data: RouterWithdrawData) -> None:
    """Whose offer is taken back."""
    input_.representative_id = data.representative_id
    input_.expected_sequence = data.expected_sequence


def fill_schedule(input_: Input, data: RouterScheduleData) -> None:
    """When it becomes open, and whom it is promised to."""
    input_.representative_id = data.representative_id
    input_.details = Details(at_ms=parse_time_ms(data.scheduled_for))
    input_.expected_sequence = data.expected_sequence


def fill_transfer(input_: Input, data: TransferData) -> None:
    """Where it goes."""
    input_.representative_id = input_.actor_id = data.representative_id
    input_.trigger = TRANSFERS[data.to.kind]
    if data.to.kind == "queue":
        input_.queue_id = data.to.id
    else:
        input_.target_id = data.to.id
    input_.expected_sequence = data.expected_sequence


def fill_consult(input_: Input, data: ConsultData) -> None:
    """A consultant joins."""
    input_.representative_id = input_.target_id = data.representative_id
    input_.direct = data.via == "direct"
    input_.expected_sequence = data.expected_sequence


def fill_supervisor_action(input_: Input, data: SupervisorActionData) -> None:
    """An action of a supervisor."""
    input_.actor_id = data.supervisor_id
    input_.expected_sequence = data.expected_sequence


def fill_assignment(input_: Input, data: SupervisorAssignData) -> None:
    """To whom, or where, a supervisor gives it."""
    fill_supervisor_action(input_, data)
    input_.representative_id = input_.target_id = data.representative_id
    input_.queue_id = data.queue_id
    input_.trigger = _ASSIGNMENTS["queue" if data.representative_id is None else "representative"]


def fill_supervisor_transfer(input_: Input, data: SupervisorTransferData) -> None:
    """Whom a supervisor passes it to."""
    fill_supervisor_action(input_, data)
    input_.representative_id = input_.target_id = data.representative_id


def fill_escalation(input_: Input, data: BotEscalateData) -> None:
    """Where the bot hands it over."""
    input_.queue_id = data.queue_id
    input_.expected_sequence = data.expected_sequence


def fill_bot(input_: Input, data: BotTakeData) -> None:
    """Which bot takes it."""
    input_.target_id = data.bot_id
    input_.expected_sequence = data.expected_sequence
