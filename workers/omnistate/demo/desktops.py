"""The representatives at their desktops: what lands there, what is tidied up, what is left behind.

It must not answer offers (`offers`), nor hold the conversations themselves (`talks`, `calls`,
`casework`).
"""

from typing import Final

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.calls import Calls
from omnistate.demo.casework import Casework
from omnistate.demo.customers import Customers
from omnistate.demo.handovers import Handovers
from omnistate.demo.offers import Offers
from omnistate.demo.output_board import Board, BoardChange, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster
from omnistate.demo.talks import Talks

NOTES_MS: Final = {
    "live_chat": 25 * SECOND_MS,
    "persistent_chat": 22 * SECOND_MS,
    "messaging": 22 * SECOND_MS,
    "voice": 38 * SECOND_MS,
}


# Whoever hands over writes up, where the workstream has it so.
HAND_OVERS: Final = frozenset({"B7", "B11", "B12", "B17"})
EXTENSION_SECONDS: Final = 60


class Desktops:
    """All the desktops of the centre."""

    def __init__(self, agenda: Agenda, board: Board, roster: Roster, customers: Customers) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster
        handovers = Handovers(agenda, roster)
        self._handovers = handovers
        self._offers = Offers(agenda, board, roster, handovers)
        self._talks = Talks(agenda, board, roster, handovers, customers)
        self._calls = Calls(agenda, roster, handovers, customers)
        self._casework = Casework(agenda, roster, handovers)
        customers.on_satisfied = self._talks.finish

    def react(self, conversation: BoardConversation, change: BoardChange) -> None:
        """See a change on the screens that show the conversation."""
        self._offers.react(conversation, change)
        if not change.new_episode:
            return
        if conversation.kind == "record" and change.rule == "C1":
            self._casework.arrive(conversation)
        people = self._roster.payroll.representatives
        former = people.get(change.previous_representative_id or "")
        if former is not None and change.rule in HAND_OVERS:
            self._handovers.write_up(conversation, former)
        if conversation.detail == "with_external":
            self._calls.follow_external(conversation, former)
            return
        person = people.get(conversation.representative_id or "")
        if person is None:
            return
        if conversation.talking:
            self._begin(conversation, person, change)
        elif conversation.status == "wrap_up":
            self._wrap_up(conversation, person)
        elif conversation.status == "waiting":
            self._talks.remember_parked(conversation, person)
        elif conversation.status == "resolved":
            self._casework.close(conversation, person)

    def browse(self) -> None:
        """Look at the pick queues."""
        self._offers.browse()

    def hear(self, conversation: BoardConversation) -> None:
        """The customer wrote to whoever has the conversation."""
        self._talks.hear(conversation)

    def remember(self, conversation: BoardConversation) -> None:
        """Whoever has it is reminded that the customer waits."""
        self._talks.remember(conversation)

    def leave(self, person: Representative, last_call: bool = False) -> None:
        """The shift is over: hand over what is left, finish a call, go home."""
        agenda = self._agenda
        if agenda.chance(0.12):
            self._roster.close_lid(person)
            return
        for conversation in list(self._board.desks[person.id].values()):
            self._put_away(conversation, person)
        calls = [each for each in self._board.talks(person.id) if each.kind == "voice"]
        if calls and not last_call:
            agenda.after(7 * MINUTE_MS, self.leave, person, True)
            return
        agenda.after(45 * SECOND_MS, self._roster.sign_out, person)

    def _begin(
        self, conversation: BoardConversation, person: Representative, change: BoardChange
    ) -> None:
        if conversation.kind == "voice":
            self._calls.begin(conversation, person, change)
        elif conversation.kind == "record":
            self._casework.begin(conversation, person)
        else:
            self._talks.begin(conversation, person)

    def _wrap_up(self, conversation: BoardConversation, person: Representative) -> None:
        temperament = person.temperament
        if self._agenda.chance(temperament.forgets_to_close):
            return
        delay_ms = self._agenda.spread_ms(NOTES_MS[conversation.kind] * temperament.pace, 0.6)
        if self._agenda.chance(0.04):
            self._agenda.after(0.5 * delay_ms, self._extend, conversation, person)
            delay_ms += EXTENSION_SECONDS * SECOND_MS
        self._agenda.after(delay_ms, self._close, conversation, conversation.episode, person)

    def _close(self, conversation: BoardConversation, episode: int, person: Representative) -> None:
        if conversation.episode != episode or not self._roster.is_here(person):
            return
        event = self._roster.press(person, "representative.close_session", conversation)
        if self._agenda.chance(0.006):
            self._agenda.after(self._agenda.between_ms(90, 300), self._agenda.repeat, event)

    def _extend(self, conversation: BoardConversation, person: Representative) -> None:
        """There is more to write up than usual."""
        mine = conversation.representative_id == person.id
        if mine and conversation.status == "wrap_up" and self._roster.is_here(person):
            self._roster.press(
                person,
                "representative.extend_wrap_up",
                conversation,
                seconds=EXTENSION_SECONDS,
            )

    def _put_away(self, conversation: BoardConversation, person: Representative) -> None:
        if conversation.status in {"wrap_up", "resolved"}:
            self._roster.press(person, "representative.close_session", conversation)
        elif not conversation.talking or conversation.kind == "voice":
            return
        elif conversation.kind in {"persistent_chat", "messaging"}:
            self._roster.press(person, "representative.close_session", conversation)
        elif self._agenda.chance(0.5):
            self._handovers.transfer_to_queue(conversation, person)
        else:
            self._roster.press(person, "representative.release", conversation)
