# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What holds around the portal's session and its orders: logins that fail, codes that die, other people's pages, forms that come from
# elsewhere, times. The desk's half is `kamupin pin unblock` or a client of the profile. Not ours on the other end: Chromium, npm
# oidc-provider.
"""Sessions, orders and their ends."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from box import Box, until
from browser import Browser
from journey import unblock
from portal import Portal, ask, half_a_login, logged_in, origin_of

NEW = "48159263"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:blocked"], ["--login"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def browsers(box: Box) -> Iterator[tuple[Browser, Browser]]:
    """Two browsers for all tests of the file; each test begins with empty ones."""
    with Browser(box.env["KAMUPIN_CA_FILE"]) as one, Browser(box.env["KAMUPIN_CA_FILE"]) as two:
        yield one, two


def empty(browser: Browser, box: Box) -> Portal:
    """A browser that knows nothing."""
    portal = Portal(browser, box)
    portal.open("/portal.css")
    browser.driver.delete_all_cookies()
    return portal


@pytest.fixture
def portal(box: Box, browsers: tuple[Browser, Browser]) -> Iterator[Portal]:
    """A browser that is logged in; the sandbox' settings are afterwards what they were."""
    settings = box.control.get("/settings")
    one = empty(browsers[0], box)
    one.log_in()
    yield one
    box.settings(**settings)


@pytest.fixture
def another(box: Box, browsers: tuple[Browser, Browser]) -> Portal:
    """A second browser, not logged in."""
    return empty(browsers[1], box)


def outcome(box: Box, path: str, cookies: Mapping[str, str]) -> str:
    """Where the callback leads."""
    answer = ask(box, "GET", path, cookies)
    assert answer.status == 303 and ("__Host-kamupin=" in str(answer.headers)) == (answer.headers["Location"] == "/products")
    return answer.headers["Location"]


def refused(box: Box, code: str) -> str:
    """What the desk says of a code: the command's status."""
    done = unblock(box, NEW, "--json", code=code)
    found = re.search(r'"status":\s*"([a-z-]+)"', done.stdout)
    assert done.returncode != 0 and found, done.stdout + done.stderr
    return found.group(1)


def token_of(box: Box, cookies: Mapping[str, str]) -> str:
    """What the forms of that browser's session carry."""
    return re.findall('name="csrf" value="([^"]+)"', ask(box, "GET", "/products", cookies).text)[0]


# ---- codes ----

def test_a_new_code_kills_the_old_one(portal: Portal, box: Box) -> None:
    old = portal.order()
    portal.press("again")
    portal.browser.wait(lambda: portal.code() != old)
    assert refused(box, old) == "code-replaced"
    assert portal.code() != old and portal.path.startswith("/orders/")


def test_an_expired_code_says_so_by_itself(portal: Portal, box: Box) -> None:
    box.settings(code_seconds=60)
    code = portal.order()
    box.advance(61)
    portal.browser.says(portal.words["expired"])
    assert not portal.browser.all("#code") and refused(box, code) == "code-expired"
    portal.press("again")
    portal.browser.wait(lambda: portal.code() != code)


def test_cancelled_on_the_page(portal: Portal, box: Box) -> None:
    code = portal.order()
    portal.press("cancel")
    portal.browser.says(portal.words["closed"])
    assert refused(box, code) == "page-closed"
    assert not portal.browser.all("#live form"), "an order that has ended offers nothing but another"


def in_another_tab(portal: Portal) -> Callable[[], None]:
    """Opens a tab and takes a code in it; what comes back closes the tab."""
    driver = portal.browser.driver
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")

    def close() -> None:
        driver.close()
        driver.switch_to.window(first)
    return close


def left(box: Box) -> int:
    """How often the service heard that a page was closed."""
    return len([one for one in box.requests() if one["path"] == "/orders/{order}/leave" and one["status"] == 200])


def test_closing_the_page_ends_the_code(portal: Portal, box: Box) -> None:
    """C02, the screen's own warning. There is a while in which it may be opened again."""
    before, close = left(box), in_another_tab(portal)
    code, place = portal.order(), portal.path
    close()
    until(lambda: left(box) == before + 1)
    box.advance(31)
    assert refused(box, code) == "page-closed"
    portal.open(place)
    portal.browser.says(portal.words["closed"])


def test_a_page_that_is_loaded_again_or_left_for_another_of_the_portal_is_not_closed(portal: Portal, box: Box) -> None:
    before = left(box)
    code = portal.order()
    portal.browser.driver.refresh()
    until(lambda: left(box) == before + 1)
    looks = len([one for one in box.requests() if one["path"] == "/orders/{order}/state"])
    until(lambda: len([one for one in box.requests() if one["path"] == "/orders/{order}/state"]) > looks)
    box.advance(31)
    assert portal.code() == code
    portal.browser.press("Deneme telefonu")
    portal.at("/phone")
    box.advance(31)
    portal.open("/products")
    assert left(box) == before + 1 and portal.browser.all("#running"), "somebody who reads the SMS is still there"


def test_a_page_does_not_warn_of_what_closing_it_no_longer_does(box: Box) -> None:
    """Another session has asked for a code since: the order is that one's to give up, and its page alone says so."""
    one, other = logged_in(box), logged_in(box)
    token = {name: token_of(box, cookies) for name, cookies in (("one", one), ("other", other))}
    asked = ask(box, "POST", "/products/nes/individual/pin", one, {"csrf": token["one"], "kind": "unblock"})
    place = asked.headers["Location"]
    warns = f'data-leave="{place}/leave"', "doğrulama kodu geçersiz olur"
    assert all(sign in ask(box, "GET", place, one).text for sign in warns)
    assert not any(sign in ask(box, "GET", place, other).text for sign in warns)
    assert ask(box, "POST", place + "/code", other, {"csrf": token["other"]}).status == 303
    assert all(sign in ask(box, "GET", place, other).text for sign in warns)
    assert not any(sign in ask(box, "GET", place, one).text for sign in warns)
    assert ask(box, "POST", place + "/leave", one, {"csrf": token["one"]}).status == 200
    box.advance(31)
    assert 'id="code"' in ask(box, "GET", place, other).text, "and closing it has ended nothing"
    assert ask(box, "POST", place + "/cancel", other, {"csrf": token["other"]}).status == 303


def test_logging_out_ends_the_code(portal: Portal, box: Box) -> None:
    code = portal.order()
    place = portal.path
    portal.press("logout")
    portal.browser.says("Çıkış yaptınız.")
    assert refused(box, code) == "session-ended"
    portal.open(place)
    assert portal.path == "/login?why=needed", "the cookie is gone as well"


def test_a_cookie_that_was_kept_is_worth_nothing_after_logging_out(portal: Portal, box: Box) -> None:
    kept = portal.cookies()
    assert ask(box, "GET", "/products", kept).status == 200
    portal.press("logout")
    portal.at("/login")
    answer = ask(box, "GET", "/products", kept)
    assert (answer.status, answer.headers["Location"]) == (303, "/login?why=ended")


# ---- logging in ----

def test_a_login_that_is_cancelled_at_the_gateway(another: Portal) -> None:
    another.to_gateway()
    another.press("idp-cancel")
    another.browser.says("Giriş e-Devlet kapısında iptal edildi.")
    assert another.path == "/login?why=cancelled" and "__Host-kamupin" not in another.cookies()


def test_an_answer_that_this_browser_did_not_ask_for(box: Box) -> None:
    """Somebody else's answer, a made-up state, another server's name, no cookie: nobody is logged in by them."""
    path, cookies = half_a_login(box)
    _, others = half_a_login(box, "baska")
    issuer = quote(box.env["KAMUPIN_ISSUER"], safe="")
    assert issuer in path
    wrong = {"nobody's": {}, "another's": others, "made up": {"__Host-kamupin-login": "eA=="}}
    assert {outcome(box, path, jar) for jar in wrong.values()} == {"/login?why=mixed-up"}
    state = re.search(r"state=([^&]+)", path)
    assert state is not None
    for bad in (path.replace(state.group(1), "x" * 43), path.replace(issuer, quote("https://localhost:1", safe="")),
                re.sub(r"&iss=[^&]+", "", path), "/login/callback", f"/login/callback?error=access_denied&iss={issuer}"):
        assert outcome(box, bad, cookies) == "/login?why=mixed-up"
    assert outcome(box, path, cookies) == "/products", "and the right one is"


def test_an_answer_is_taken_once(box: Box) -> None:
    path, cookies = half_a_login(box)
    assert outcome(box, path, cookies) == "/products"
    assert outcome(box, path, cookies) == "/login?why=refused"


def test_an_answer_that_comes_too_late(box: Box) -> None:
    path, cookies = half_a_login(box)
    box.advance(601)
    assert outcome(box, path, cookies) == "/login?why=mixed-up"


def test_a_code_that_is_none(box: Box) -> None:
    path, cookies = half_a_login(box)
    assert outcome(box, re.sub(r"code=[^&]+", "code=none", path), cookies) == "/login?why=refused"


def test_the_login_asks_as_it_should(box: Box) -> None:
    """Code flow with PKCE, state and nonce, each new; the login is asked for anew whatever the browser has."""
    asked = [dict(parse_qsl(urlsplit(ask(box, "GET", "/login/e-devlet").headers["Location"]).query)) for _ in range(2)]
    for one in asked:
        assert one["response_type"] == "code" and one["code_challenge_method"] == "S256" and one["prompt"] == "login"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 43 and asked[0][name] != asked[1][name]


def test_without_the_login_server(sandbox: Callable[..., Box]) -> None:
    """It does not answer: said so, and the page is there for another try."""
    box = sandbox(options=["--login"])
    box.kill("idp")
    assert ask(box, "GET", "/login/e-devlet").headers["Location"] == "/login?why=unreachable"
    assert "Giriş hizmetine ulaşılamadı." in ask(box, "GET", "/login?why=unreachable").text


def test_each_login_has_a_cookie_of_its_own(portal: Portal, box: Box) -> None:
    before = portal.cookies()["__Host-kamupin"]
    portal.log_in()
    after = portal.cookies()["__Host-kamupin"]
    assert before != after
    assert ask(box, "GET", "/products", {"__Host-kamupin": before}).status == 303
    assert ask(box, "GET", "/products", {"__Host-kamupin": after}).status == 200


def test_the_cookies_are_the_hosts_own(portal: Portal) -> None:
    (cookie,) = [one for one in portal.browser.driver.get_cookies() if one["name"] == "__Host-kamupin"]
    assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/" and "expiry" not in cookie
    assert len(cookie["value"]) >= 43
    assert portal.browser.run("return document.cookie") == ""


# ---- time ----

def test_a_session_ends_when_nothing_happens(portal: Portal, box: Box) -> None:
    box.advance(899)
    assert ask(box, "GET", "/products", portal.cookies()).status == 200
    box.advance(899)
    assert ask(box, "GET", "/products", portal.cookies()).status == 200, "what happened in between counts"
    box.advance(901)
    portal.open("/products")
    portal.browser.says("Oturumunuz sona erdi.")


def test_a_session_ends_at_its_time_in_any_case(portal: Portal, box: Box) -> None:
    for _ in range(4):
        box.advance(880)
        assert ask(box, "GET", "/products", portal.cookies()).status == 200
    box.advance(100)
    assert ask(box, "GET", "/products", portal.cookies()).status == 303


def test_the_next_login_takes_up_what_was_under_way(portal: Portal, box: Box) -> None:
    portal.order()
    place = portal.path
    portal.log_in()
    portal.press("menu")
    portal.at("/products")
    assert place in [one.get_attribute("href").removeprefix(portal.origin) for one in portal.browser.all("main .panel a")]
    portal.open(place)
    assert portal.code()


@pytest.mark.parametrize("idle", [0, 61])
def test_what_an_earlier_login_of_this_browser_ordered_ends_with_the_next_ones_logout(portal: Portal, box: Box, idle: int) -> None:
    """Whether the earlier one was still open or over by itself: the page says that codes which were taken are no longer good."""
    box.settings(portal_idle_seconds=60)
    portal.log_in()
    code = portal.order()
    box.advance(idle)
    portal.log_in()
    portal.press("logout")
    portal.browser.says("Çıkış yaptınız.")
    assert refused(box, code) == "session-ended"


# ---- other people, other sites ----

def test_the_page_of_somebody_else(portal: Portal, another: Portal, box: Box) -> None:
    portal.order()
    place = portal.path
    another.log_in("baska")
    another.open(place)
    another.browser.says("Sayfa bulunamadı")
    another.open("/products")
    cookies, token = another.cookies(), another.token()
    for path in (place, place + "/state"):
        assert ask(box, "GET", path, cookies).status == 404
    for path in (place + "/code", place + "/cancel"):
        assert ask(box, "POST", path, cookies, {"csrf": token}).status == 404
    assert ask(box, "GET", place.replace("/orders/", "/desk/")).status == 404, "no way around the login"
    portal.browser.driver.refresh()
    assert portal.code()


def forms(portal: Portal) -> list[str]:
    """Every address that changes something."""
    return [portal.path + "/code", portal.path + "/cancel", "/products/nes/individual/pin", "/logout"]


def test_forms_of_others_are_refused(portal: Portal, another: Portal, box: Box) -> None:
    code = portal.order()
    cookies, token = portal.cookies(), portal.token()
    another.log_in("baska")
    foreign = another.token()
    for path in forms(portal):
        for form, headers in (({"csrf": token}, {"Origin": "https://evil.invalid"}), ({"csrf": token}, {"Origin": "null"}),
                              ({"csrf": token}, {"Origin": ""}),
                              ({"csrf": token}, {"Origin": box.env["KAMUPIN_ISSUER"]}), ({"csrf": token}, {"Sec_Fetch_Site": "cross-site"}),
                              ({}, {}), ({"csrf": ""}, {}), ({"csrf": foreign}, {}), ({"csrf": token[:-1]}, {})):
            assert ask(box, "POST", path, cookies, form, **headers).status == 403, (path, form, headers)
        assert ask(box, "POST", path, {}, {"csrf": token}).status == 303, "and without a session one is sent to log in"
        assert ask(box, "POST", path, cookies, {"csrf": token}, Content_Type="application/json").status == 400
        assert ask(box, "GET", path, cookies).status in (200, 405)
    portal.browser.driver.refresh()
    assert portal.code() == code


def test_another_host_name_is_refused(box: Box) -> None:
    assert ask(box, "GET", "/", Host="evil.invalid").status == 400


@pytest.mark.parametrize("form", [{}, {"kind": "unblock", "for": "vkn:4540536920"}, {"kind": "destroy"}, {"for": "me"}])
def test_choices_that_are_none(portal: Portal, box: Box, form: dict[str, str]) -> None:
    answer = ask(box, "POST", "/products/nes/individual/pin", portal.cookies(), form | {"csrf": portal.token()})
    assert answer.status == 400 and "Lütfen her soru için bir seçenek işaretleyiniz." in answer.text


def test_an_order_for_an_organisation(portal: Portal) -> None:
    portal.order("mali-muhur", "unblock", "vkn:4540536920")
    portal.browser.says("DENEME ANONİM ŞİRKETİ adına")
