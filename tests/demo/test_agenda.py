from omnistate.demo.agenda import Agenda


def test_entries_happen_in_order_of_time_then_of_entry() -> None:
    agenda = Agenda(1, 0, 1_000)
    done: list[str] = []
    agenda.at(30, done.append, "c")
    agenda.at(20, done.append, "a")
    agenda.at(20, done.append, "b")
    while agenda.next_at_ms() is not None:
        agenda.act()
    assert done == ["a", "b", "c"]


def test_nothing_happens_at_once_nor_after_the_end() -> None:
    agenda = Agenda(1, 100, 1_000)
    agenda.at(100, print)
    assert agenda.next_at_ms() == 101
    agenda.act()
    agenda.at(1_000, print)
    assert agenda.next_at_ms() is None
    agenda.at_the_end(lambda: None)
    assert agenda.next_at_ms() == 1_000


def test_an_output_of_this_act_may_lead_to_something_before_the_next_entry() -> None:
    agenda = Agenda(1, 0, 1_000)
    agenda.at(10, lambda: None)
    agenda.at(500, lambda: None)
    agenda.act()
    agenda.observe_at(10)
    agenda.after(5, lambda: None)
    assert agenda.next_at_ms() == 15


def test_a_timer_on_the_way_leads_to_nothing_before_the_next_entry() -> None:
    agenda = Agenda(1, 0, 1_000)
    done: list[str] = []
    agenda.at(10, done.append, "first")
    agenda.at(500, done.append, "next")
    agenda.act()
    agenda.observe_at(200)
    agenda.after(5, done.append, "then")
    assert agenda.next_at_ms() == 500
    agenda.act()
    agenda.act()
    assert done == ["first", "next", "then"]


def test_a_repeat_keeps_the_id_and_has_its_own_time() -> None:
    agenda = Agenda(1, 0, 1_000)
    published = []
    agenda.at(10, lambda: published.append(agenda.publish("/x", "t", "c", {})))
    agenda.at(250, lambda: agenda.repeat(published[0]))
    first, again = agenda.act() + agenda.act()
    assert again["id"] == first["id"] == "evt-000001"
    assert (first["time"][-5:], again["time"][-5:]) == (".010Z", ".250Z")
