"""A made-up conversation of another system: how it goes, and what is told and counted of it."""

from tests.projections.month_centre import CHANNELS, PEOPLE, THRESHOLDS_S
from tests.projections.month_tally import Tally


class Story(Tally):
    """`tell_all` of it; each other method tells what happens, and counts it."""

    def tell_all(self) -> None:
        """From the beginning to the end."""
        self.start()
        while self.wait_for_somebody():
            if not self.talk():
                return

    def wait_for_somebody(self) -> bool:
        """Offers, declines and moves; whether anybody took it."""
        while True:
            self.pass_time(1, 90)
            lot = self.random.random()
            if lot < 0.12:
                if lot < 0.04:
                    self.offer(self.random.choice(PEOPLE))
                    self.pass_time(1, 25)
                self.leave()
                return False
            if lot < 0.2:
                self.move(self.another_queue())
                continue
            person = self.random.choice(PEOPLE)
            self.offer(person)
            if lot < 0.3:
                # It rings at two, and one of them takes it.
                self.offer(self.another_person(person))
            self.pass_time(1, 25)
            if lot > 0.85:
                self.end_offer(person, declined=lot > 0.9)
                continue
            self.answer(person)
            if lot < 0.25:
                self.tell_overtaken()
            return True

    def talk(self) -> bool:
        """In conversation until it is over; whether it waits again."""
        while True:
            self.pass_time(5, 600)
            lot = self.random.random()
            if lot < 0.15 and CHANNELS[self.workstream] == "voice":
                self.hold()
            elif lot < 0.27:
                self.hand_to(self.another_person(self.person), rings=lot < 0.2)
            elif lot < 0.34:
                self.transfer(self.another_queue())
                return True
            elif lot < 0.4:
                self.requeue(self.another_queue())
                return True
            elif lot < 0.5 and self.workstream == "social":
                self.park_and_come_back()
                return True
            elif lot < 0.55:
                self.close()
                return False
            elif lot < 0.6 and self.writing:
                self.write_up(self.random.choice(list(self.writing)))
            elif lot > 0.7:
                self.end()
                return False

    def start(self) -> None:
        channel, direction = CHANNELS[self.workstream], "inbound"
        data = {"channel": channel, "workstream_id": self.workstream, "queue_id": self.queue}
        self.say("conversation.started", **data, direction=direction)
        self.count("offered", 1, "workstream", "queue")

    def offer(self, person: str) -> None:
        self.say("conversation.offered", representative_id=person)
        self.add("representative", person, "offered", 1)
        self.end_writing(person)

    def end_offer(self, person: str, *, declined: bool) -> None:
        self.say("conversation.offer_ended", representative_id=person, declined=declined)
        if declined:
            self.count("declines", 1, "workstream", "queue")
            self.add("representative", person, "declines", 1)

    def move(self, queue: str) -> None:
        """From one queue to another, while it waits."""
        self.say("conversation.queued", queue_id=queue)
        self.enter(queue)

    def leave(self) -> None:
        """The customer does not want to wait any more."""
        self.say("conversation.ended", by="customer")
        in_time = self.waited_ms() <= THRESHOLDS_S[self.queue] * 1_000
        self.count("left_waiting", 1, "workstream", "queue")
        self.count("left_in_time", int(in_time), "workstream", "queue")
        self.be_over()

    def answer(self, person: str) -> None:
        self.say("conversation.answered", representative_id=person)
        self.end_writing(person)
        threshold_ms, waited_ms = THRESHOLDS_S[self.queue] * 1_000, self.waited_ms()
        for by, id_ in (("queue", self.queue), ("representative", person)):
            self.add(by, id_, "accepted", 1)
            self.add(by, id_, "accepted_in_time", int(waited_ms <= threshold_ms))
            self.add(by, id_, "answer_ms", waited_ms)
        if not self.answered:
            first_ms = self.at_ms - self.began_ms
            self.count("accepted", 1, "workstream")
            self.count("accepted_in_time", int(first_ms <= threshold_ms), "workstream")
            self.count("answer_ms", first_ms, "workstream")
        self.answered = True
        self.take(person)

    def hold(self) -> None:
        """The caller waits on the line; nothing changes."""
        self.say("representative.hold", representative_id=self.person)
        self.on_hold_ms += self.pass_time(5, 120)
        self.say("representative.unhold", representative_id=self.person)

    def hand_to(self, person: str, *, rings: bool) -> None:
        """A warm transfer: somebody else answers."""
        former = str(self.person)
        if rings:
            self.offer_within_talk(person)
        self.say("conversation.answered", representative_id=person)
        self.end_writing(person)
        self.spend()
        self.leave_person()
        self.count_transfer(former)
        self.take(person)

    def offer_within_talk(self, person: str) -> None:
        self.say("conversation.offered", representative_id=person)
        self.spend()
        self.add("representative", person, "offered", 1)
        self.end_writing(person)
        self.pass_time(1, 20)

    def transfer(self, queue: str) -> None:
        """A cold transfer: into a queue."""
        former = str(self.person)
        to = {"kind": "queue", "id": queue}
        self.say("representative.transfer", representative_id=former, to=to)
        self.stop_talking()
        self.count_transfer(former)
        self.enter(queue)

    def requeue(self, queue: str) -> None:
        """The other system puts it back: nobody hands over."""
        self.say("conversation.queued", queue_id=queue)
        self.stop_talking()
        self.enter(queue)

    def park_and_come_back(self) -> None:
        self.say("conversation.parked")
        self.stop_talking()
        self.pass_time(600, 90_000)
        self.say("customer.messaged")
        self.count("reopened", 1, "workstream", "queue")
        self.enter(self.queue)

    def end(self) -> None:
        """The talk is over; then they write up, and so may whoever had handed it over."""
        person = str(self.person)
        self.say("conversation.ended", by=self.random.choice(["customer", "representative"]))
        self.spend()
        if not self.counts:
            return
        if self.writing and self.random.random() < 0.5:
            self.pass_time(1, 20)
            self.write_up(self.random.choice(list(self.writing)))
        spent_ms = self.at_ms - self.talking_ms + self.pass_time(1, 120)
        self.say("conversation.wrapped_up", representative_id=person)
        self.count_for(person, self.queue, "wrapped_up", 1)
        self.count_for(person, self.queue, "wrap_up_ms", spent_ms)
        self.of_person_ms += spent_ms
        self.of_queue_ms += spent_ms
        self.of_all_ms += spent_ms
        self.leave_person()
        self.leave_queue()
        self.be_over()

    def close(self) -> None:
        """Over at once, for those who write up as well."""
        self.say("conversation.closed", reason="completed")
        self.stop_talking()
        self.be_over()
        for person in list(self.writing):
            self.end_writing(person)

    def write_up(self, person: str) -> None:
        """They are done with what they handed over."""
        self.say("conversation.wrapped_up", representative_id=person)
        self.end_writing(person)
