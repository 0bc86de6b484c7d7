"""Every input as one closed union, for whoever wants to decode any of them.

It adds no words to those of `channel_events` and `agent_actions`.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from omnistate_schemas.agent_actions import AgentAction
from omnistate_schemas.channel_events import ChannelEvent

Input = Annotated[ChannelEvent | AgentAction, Field(discriminator="type")]
INPUT: TypeAdapter[Input] = TypeAdapter(Input)
