"""Inputs that are accepted and publish no state change: what each of them does.

Data only; which input is recorded where stands in `transitions`, how it is in `recording`.
"""

from typing import Final

from omnistate.core.conversation.rule import Recorded
from omnistate.core.kinds import kinds_where

_WINDOWS: Final = kinds_where(lambda kind: kind.disconnect == "window")
_KEPT: Final = kinds_where(lambda kind: kind.leaving == "kept")

RECORDED: Final[dict[str, Recorded]] = {
    "conversation.progressed": Recorded(activity=True, plain=True, message=True),
    "customer.messaged": Recorded(activity=True, message=True),
    "customer.disconnected": Recorded(kinds=_WINDOWS),
    "customer.reconnected": Recorded(kinds=_WINDOWS),
    "representative.message": Recorded(who="primary_or_consultant", activity=True, message=True),
    "representative.hold": Recorded(who="primary", activity=True),
    "representative.unhold": Recorded(who="primary", activity=True),
    "representative.disconnected": Recorded(who="involved"),
    "representative.reconnected": Recorded(who="involved", plain=True),
    "representative.close_session": Recorded(kinds=_KEPT, who="primary"),
    "representative.extend_wrap_up": Recorded(who="primary"),
    "consult.started": Recorded(activity=True, consult=True, plain=True),
    "consult.ended": Recorded(activity=True, consult=True, plain=True),
    "supervisor.monitor": Recorded(activity=True, plain=True),
    "supervisor.leave": Recorded(plain=True),
    "bot.message": Recorded(activity=True, message=True),
}
# Whoever still writes up after a transfer is done with it (W7).
WRITTEN_UP: Final = Recorded(when="writes_up", plain=True, releases="W7")
