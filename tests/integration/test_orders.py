# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A program with a session: orders and their codes, an operation whose code nobody types, on behalf of an organisation; pages and
# sessions that end before and after card work; going back. The other ends are the sandbox's service and a real PC/SC daemon.
"""Orders and the operation on them."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from box import Box
from portal_driver import NEW_PIN, Portal

VKN = "4540536920"
CODE, CARD, PIN, FACTOR, READY, DONE, FAILED = "1", "2", "3", "4", "5", "9", "10"


@pytest.fixture
def box(sandbox: Callable[..., Box]) -> Box:
    return sandbox(["akis2:blocked"], ["--password-login"])


@pytest.fixture
def portal(box: Box) -> Iterator[Portal]:
    with Portal(box) as made:
        made.login()
        yield made


def test_a_whole_unblock_without_a_code_being_typed(portal: Portal) -> None:
    portal.ask("order", "unblock", "nes")
    portal.ask("new", "unblock", "nes")
    portal.verified()
    assert portal.ask("run") == DONE
    card = portal.box.cards[0]
    assert portal.ask("result") == f"done|1|1|nes|||{card.card_id}"
    assert portal.ask("read").split()[3:] == ["done", "-", "done"]
    assert portal.box.verify_by_opensc(NEW_PIN) == "9000"
    codes = [one for one in portal.fresh_calls() if one == "code"]
    assert len(codes) == 1 and NEW_PIN not in portal.logged()


@pytest.mark.parametrize("product, body, mine", [
    ("mali-muhur", "vkn", VKN), ("elektronik-muhur", "vkn", VKN), ("kurumsal-sifreleme", "vkn", VKN),
    ("elektronik-muhur", "detsis", "12345678")])
def test_the_same_for_each_product_of_an_organisation(sandbox: Callable[..., Box], product: str, body: str, mine: str) -> None:
    variant = ":detsis" if body == "detsis" else ""
    box = sandbox([f"akis2:blocked:p384:{product}{variant}"], ["--password-login"])
    with Portal(box) as portal:
        portal.login()
        portal.refused("not-represented", "order", "unblock", product, "detsis", "87654321")
        portal.fresh_calls()
        portal.refused("identity-malformed", "order", "unblock", product, "vkn", "4540536921")
        assert portal.fresh_calls() == []
        assert portal.ask("order", "unblock", product, body, mine).split()[4] == mine
        portal.ask("new", "unblock", product)
        portal.verified()
        assert portal.ask("run") == DONE
        outcome, reported, _, family, number, name, _ = portal.ask("result").split("|")
        assert (outcome, reported, family, number) == ("done", "1", product, mine) and name != ""
        assert box.verify_by_opensc(NEW_PIN) == "9000"


def test_a_new_card_gets_its_first_pin_by_an_order(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2:unset"], ["--password-login"])
    with Portal(box) as portal:
        portal.login()
        portal.ask("order", "create", "nes")
        portal.ask("new", "create")
        portal.verified()
        assert portal.ask("run") == DONE
        assert portal.ask("result").split("|")[2] == "2"


@pytest.mark.parametrize("product", ["mali-muhur", "elektronik-muhur", "kurumsal-sifreleme"])
def test_a_code_for_another_product_is_refused_before_a_factor(portal: Portal, product: str) -> None:
    code = portal.box.code(kind="unblock", product="nes")
    portal.ask("new", "unblock", product)
    portal.refused("product-mismatch", "redeem", code)
    assert portal.ask("phase") == FAILED
    assert portal.box.operations()[-1]["phase"] == "cancelled" and portal.box.control.get("/sms")["sms"][1:] == []


def test_options_that_contradict_themselves_are_refused(portal: Portal) -> None:
    portal.refused("invalid-argument", "order", "any", "nes")
    portal.refused("invalid-argument", "order", "unblock", "any")
    portal.refused("invalid-argument", "order", "unblock", "nes", "tckn", "10000000146")
    portal.ask("new")
    portal.refused("invalid-argument", "redeem")  # no order, and no code


def test_a_product_that_is_not_for_this_holder_is_refused_by_the_service(portal: Portal) -> None:
    portal.refused("product-not-offered", "order", "unblock", "nes", "vkn", VKN)  # a person's own
    portal.refused("product-not-offered", "order", "create", "elektronik-muhur")  # an organisation's
    assert portal.ask("list") == ""


def test_an_order_issues_codes_and_each_kills_the_one_before(portal: Portal) -> None:
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    digits, seconds = portal.ask("code").split()
    assert int(digits) >= 6 and int(seconds) > 0
    first = portal.box.code(page=order_id)
    portal.ask("code")
    portal.ask("new")
    portal.refused("code-replaced", "redeem", first)
    assert portal.ask("list") == f"{order_id}:waiting"
    portal.ask("redeem")
    assert portal.ask("list") == f"{order_id}:in-use"
    portal.refused("order-in-use", "code")
    portal.ask("free")  # gives the operation up: the order may issue again
    portal.ask("code")
    portal.ask("cancel")
    portal.refused("order-ended", "code")
    assert portal.ask("list") == ""
    portal.refused("order-unknown", "open", "ord-no-such-order")
    portal.refused("order-unknown", "open", "../session")


def test_a_code_is_shown_for_another_desk(portal: Portal) -> None:
    """The digits go to the function alone: the log at its most talkative has none of them."""
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    portal.refused("invalid-argument", "show-code", "nobody")
    portal.ask("code")
    first, second = (portal.ask("show-code").split() for _ in range(2))
    assert first[0].isdecimal() and first[0] != second[0] and 0 < int(second[1]) <= int(first[1])
    assert portal.fresh_calls().count("code") == 3, "nothing is issued where nobody looks"
    portal.ask("new", "unblock", "nes")
    portal.refused("code-replaced", "redeem", first[0])
    portal.ask("redeem", second[0])
    assert portal.ask("list") == f"{order_id}:in-use"
    portal.refused("order-in-use", "show-code")
    assert [code for code in (first[0], second[0]) if code in portal.logged()] == []


def test_a_lost_answer_burns_no_code(portal: Portal) -> None:
    portal.ask("order", "unblock", "nes")
    portal.ask("new")
    for _ in range(3):  # the answer is lost, and those of the two repetitions as well
        portal.box.fault("redeem", "drop-after")
    status, _ = portal._tell("redeem")
    assert status == "network-interrupted"
    portal.fresh_calls()
    portal.ask("redeem")
    assert "code" not in portal.fresh_calls()  # the same code again


def lose(portal: Portal, call: str, *words: str) -> None:
    """A call whose answer is lost, and those of its two repetitions as well."""
    for _ in range(3):
        portal.box.fault(call, "drop-after")
    portal.refused("network-interrupted", *words)


def test_each_lost_answer_is_asked_for_again_whatever_came_in_between(portal: Portal) -> None:
    """An order whose answer was lost, then a cancel whose answer was lost, then the order again: there is one of it."""
    first = portal.ask("order", "unblock", "nes").split()[0]
    lose(portal, "order", "order", "create", "nes")
    portal.ask("open", first)
    lose(portal, "cancel-order", "cancel")
    second = portal.ask("order", "create", "nes").split()[0]
    assert portal.ask("list") == f"{second}:waiting"
    assert {one["order_id"] for one in portal.box.control.get("/orders")["orders"]} == {first, second}
    portal.ask("open", first)
    portal.ask("cancel")
    third = portal.ask("order", "create", "nes").split()[0]  # the one before was answered: this is another
    assert third not in (first, second)


def test_an_order_that_was_found_again_and_cannot_be_looked_at_is_that_order(portal: Portal) -> None:
    """The network fails once more: there is one order all the same."""
    lose(portal, "order", "order", "unblock", "nes")
    for _ in range(3):
        portal.box.fault("order-status", "drop-before")
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    assert portal.ask("list") == f"{order_id}:waiting"


def test_an_order_that_was_given_up_meanwhile_is_not_found_again(portal: Portal) -> None:
    """It was found in the list after its answer was lost, and given up; who orders again wants a new one."""
    lose(portal, "order", "order", "unblock", "nes")
    found = portal.ask("list").partition(":")[0]
    portal.ask("open", found)
    portal.ask("cancel")
    order_id, _, _, state, *_ = portal.ask("order", "unblock", "nes").split()
    assert order_id != found and state == "waiting"
    assert portal.ask("list") == f"{order_id}:waiting"


def test_a_code_that_has_run_out_meanwhile_is_not_given_again(portal: Portal) -> None:
    """Before that it is the same one, with the time that it has left."""
    portal.ask("order", "unblock", "nes")
    life = int(portal.ask("code").split()[1])
    for later, fresh in ((life // 2, False), (life + 1, True)):
        lose(portal, "code", "code")
        portal.box.advance(later)
        assert (int(portal.ask("code").split()[1]) > life // 2) == fresh


def test_an_order_goes_on_with_a_new_login(box: Box) -> None:
    with Portal(box) as portal:
        portal.login()
        order_id = portal.ask("order", "unblock", "nes").split()[0]
    with Portal(box) as portal:  # another process: the one before has died
        portal.refused("login-required", "open", order_id)
        portal.login()
        assert order_id in portal.ask("list")
        portal.ask("open", order_id)
        portal.ask("new")
        portal.verified()
        assert portal.ask("run") == DONE


def test_opening_takes_an_order_over_from_nobody_and_asking_for_a_code_does(box: Box) -> None:
    """Two sessions of one person, both alive."""
    with Portal(box) as first, Portal(box) as second:
        for portal in (first, second):
            portal.login()
        order_id = first.ask("order", "unblock", "nes").split()[0]
        second.ask("open", order_id)
        first.ask("end")
        assert second.ask("read").split()[3] == "cancelled"
        first.login()
        order_id = first.ask("order", "unblock", "nes").split()[0]
        second.ask("open", order_id)
        second.ask("code")
        first.ask("end")
        assert second.ask("read").split()[3] == "waiting"


@pytest.mark.parametrize("how, status", [("page", "page-closed"), ("session", "session-ended")])
@pytest.mark.parametrize("step", ["factor", "verify", "run"])
def test_what_ends_on_the_web_ends_at_the_desk_before_card_work(portal: Portal, how: str, status: str, step: str) -> None:
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    portal.ask("new")
    portal.to_factor()
    words = [step]
    if step != "factor":
        portal.ask("factor")
        words += [portal.last_sms()] if step == "verify" else []
    if step == "run":
        portal.ask("verify", portal.last_sms())
    end_on_the_web(portal, how, order_id)
    assert portal.refused(status, *words).endswith(f"phase={FAILED}")
    assert portal.box.attempts_left() == 3


def end_on_the_web(portal: Portal, how: str, order_id: str) -> None:
    """The person closes the page, or logs out."""
    if how == "page":
        portal.box.control.post("/pages/close", {"page": order_id})
    else:
        portal.box.control.post("/sessions/end", {"user": "deneme"})


@pytest.mark.parametrize("how", ["page", "session"])
def test_after_card_work_only_the_report_is_left_and_it_is_taken(portal: Portal, how: str) -> None:
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    portal.ask("new")
    portal.verified()
    for _ in range(3):  # the report is lost, and its two repetitions as well
        portal.box.fault("report", "drop-before")
    portal.refused("result-not-reported", "run")
    end_on_the_web(portal, how, order_id)
    assert portal.ask("run") == DONE
    assert portal.ask("result").startswith("done|1|")


def test_a_session_that_ended_has_its_own_status_in_each_call(portal: Portal) -> None:
    portal.ask("order", "unblock", "nes")
    portal.box.control.post("/sessions/end", {"user": "deneme"})
    for words in (("read",), ("code",), ("cancel",), ("list",), ("issued",), ("info",), ("order", "unblock", "nes")):
        portal.refused("session-ended", *words)
    portal.ask("end")  # over already, which is what was wanted


def test_going_back_keeps_the_operation_alive(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2:blocked", "akis2:blocked"], ["--password-login"])
    first, second = (card.card_id or "" for card in box.cards)
    with Portal(box) as portal:
        portal.login()
        portal.ask("order", "unblock", "nes")
        portal.ask("new")
        portal.refused("wrong-state", "back")
        portal.ask("redeem")
        portal.refused("wrong-state", "back")
        portal.ask("choose", first)
        assert portal.ask("back") == CARD
        portal.ask("choose", first)
        portal.ask("pin", NEW_PIN)
        portal.ask("factor")
        assert portal.ask("back") == PIN and portal.ask("back") == CARD
        portal.ask("choose", second)
        portal.ask("pin", NEW_PIN)
        portal.refused("wrong-state", "verify", portal.last_sms())  # that SMS was for the other card
        portal.refused("sms-resend-too-soon", "factor")
        box.advance(60)
        portal.ask("advance", "60000")
        portal.ask("factor")
        assert portal.ask("verify", portal.last_sms()) == READY
        portal.refused("wrong-state", "back")
        assert portal.ask("run") == DONE
        assert portal.ask("result").endswith(second)
        assert box.verify_by_opensc(NEW_PIN, slot=1) == "9000" and box.verify_by_opensc(NEW_PIN) != "9000"


def test_giving_up_at_each_phase_releases_both_sides(portal: Portal) -> None:
    portal.ask("order", "unblock", "nes")
    steps = ("redeem", "choose", f"pin {NEW_PIN}", "factor")
    for reached in range(1, len(steps) + 1):
        portal.box.advance(60)
        portal.ask("new")
        for words in steps[:reached]:
            portal.ask(words)
        portal.ask("free")
        assert portal.box.operations()[-1]["phase"] == "cancelled"
        assert portal.ask("read").split()[3] in ("waiting", "not-done")
    portal.ask("code")  # the order is free again
