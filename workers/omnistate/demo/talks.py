"""Written conversations at the desktop: reading, typing, asking for help, ending, parking by X.

It must not speak for the customer, and it handles no calls and no records.
"""

from typing import Final

from omnistate_schemas.times import format_time

from omnistate.demo.agenda import MINUTE_MS, SECOND_MS, Agenda
from omnistate.demo.customers import Customers
from omnistate.demo.handovers import Handovers
from omnistate.demo.output_board import Board, BoardConversation
from omnistate.demo.people import Representative
from omnistate.demo.roster import Roster

TYPING_MS: Final = {
    "live_chat": 20 * SECOND_MS,
    "persistent_chat": 28 * SECOND_MS,
    "messaging": 32 * SECOND_MS,
}
LOAD_FACTOR: Final = 0.22
RESUMED_MS: Final = 25 * MINUTE_MS
DISPOSITIONS: Final = ("solved", "answered", "follow up", "not for us")
FORGETS: Final = 0.012
PARKS: Final = ("persistent_chat", "messaging")


class Talks:
    """Everybody's written conversations."""

    def __init__(
        self,
        agenda: Agenda,
        board: Board,
        roster: Roster,
        handovers: Handovers,
        customers: Customers,
    ) -> None:
        self._agenda = agenda
        self._board = board
        self._roster = roster
        self._handovers = handovers
        self._customers = customers
        self._lines: dict[str, int] = {}

    def begin(self, conversation: BoardConversation, person: Representative) -> None:
        """Read what is there and greet."""
        delay_ms = self._agenda.spread_ms(9 * SECOND_MS * person.temperament.pace)
        self._agenda.after(delay_ms, self._reply, conversation, conversation.episode, person)

    def hear(self, conversation: BoardConversation) -> None:
        """The customer wrote: answer when there is time, the slower the more is going on."""
        person = self._who(conversation)
        if person is None:
            return
        load = 1 + LOAD_FACTOR * (len(self._board.talks(person.id)) - 1)
        median_ms = TYPING_MS[conversation.kind] * person.temperament.pace * load
        delay_ms = self._agenda.spread_ms(median_ms)
        self._agenda.after(delay_ms, self._reply, conversation, conversation.episode, person)

    def remember(self, conversation: BoardConversation) -> None:
        """They are reminded that the customer waits for an answer."""
        person = self._who(conversation)
        if person is not None and self._agenda.chance(0.5):
            delay_ms = self._agenda.spread_ms(20 * SECOND_MS)
            self._agenda.after(delay_ms, self._reply, conversation, conversation.episode, person)

    def finish(self, conversation: BoardConversation) -> None:
        """The customer has what they wanted: press End, or only close the tab."""
        person = self._who(conversation)
        if person is None:
            return
        delay_ms = self._agenda.spread_ms(18 * SECOND_MS * person.temperament.pace)
        self._agenda.after(delay_ms, self._finish, conversation, conversation.episode, person)

    def remember_parked(self, conversation: BoardConversation, person: Representative) -> None:
        """Perhaps take a waiting conversation up again, or add a line to it."""
        agenda, episode = self._agenda, conversation.episode
        if agenda.chance(0.12):
            delay_ms = agenda.spread_ms(22 * MINUTE_MS, 0.7)
            agenda.after(delay_ms, self._resume, conversation, episode, person)
        elif agenda.chance(0.07):
            delay_ms = agenda.spread_ms(15 * MINUTE_MS)
            agenda.after(delay_ms, self._add_line, conversation, episode, person)

    def _reply(self, conversation: BoardConversation, episode: int, person: Representative) -> None:
        if not self._has(conversation, episode, person):
            return
        agenda, temperament = self._agenda, person.temperament
        if conversation.kind == "live_chat" and agenda.chance(FORGETS):
            # Another window lies before it; a reminder may bring it back.
            return
        if not self._roster.is_here(person) or conversation.offered_id is not None:
            if self._roster.is_signed_in(person):
                agenda.after(15 * SECOND_MS, self._reply, conversation, episode, person)
            return
        if agenda.chance(temperament.hands_over):
            if self._handovers.transfer(conversation, person):
                agenda.after(20 * SECOND_MS, self._reply, conversation, episode, person)
                return
        elif agenda.chance(temperament.consults):
            self._handovers.consult(conversation, person)
        self._roster.press(person, "representative.message", conversation)
        if conversation.kind in PARKS:
            lines = self._lines[conversation.id] = self._lines.get(conversation.id, 0) + 1
            delay_ms = agenda.spread_ms(9 * MINUTE_MS, 0.3)
            agenda.after(delay_ms, self._park, conversation, (episode, lines), person)
        self._customers.hear(conversation)

    def _park(
        self, conversation: BoardConversation, state: tuple[int, int], person: Representative
    ) -> None:
        """No answer for a good while: X, so that the conversation waits without taking room."""
        episode, lines = state
        if not self._has(conversation, episode, person) or not self._roster.is_here(person):
            return
        if self._lines.get(conversation.id) == lines and self._agenda.chance(0.6):
            data = {}
            if self._agenda.chance(0.2):
                # It comes back by itself, should nobody write before.
                data["resume_at"] = format_time(int(self._agenda.now_ms) + RESUMED_MS)
            self._roster.press(person, "representative.close_session", conversation, **data)

    def _finish(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if not self._has(conversation, episode, person):
            return
        agenda = self._agenda
        if not self._roster.is_here(person):
            agenda.after(30 * SECOND_MS, self._finish, conversation, episode, person)
            return
        x_likely = person.temperament.presses_x
        if conversation.kind in PARKS:
            x_likely += 0.3
        if agenda.chance(x_likely):
            self._roster.press(person, "representative.close_session", conversation)
            return
        disposition = agenda.random.choice(DISPOSITIONS)
        event = self._roster.press(
            person, "representative.end", conversation, disposition=disposition
        )
        if agenda.chance(0.01):
            agenda.after(agenda.between_ms(90, 300), agenda.repeat, event)

    def _resume(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if conversation.episode != episode or conversation.status != "waiting":
            return
        if self._roster.takes_work(person):
            self._roster.press(person, "representative.resume", conversation)

    def _add_line(
        self, conversation: BoardConversation, episode: int, person: Representative
    ) -> None:
        if conversation.episode == episode and self._roster.is_here(person):
            self._roster.press(person, "representative.message", conversation)

    def _has(self, conversation: BoardConversation, episode: int, person: Representative) -> bool:
        return (
            conversation.episode == episode
            and conversation.talking
            and conversation.representative_id == person.id
        )

    def _who(self, conversation: BoardConversation) -> Representative | None:
        people = self._roster.payroll.representatives
        return people.get(conversation.representative_id or "")
