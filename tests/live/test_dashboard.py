"""The dashboard in a real browser, under load: it moves, complains of nothing, and can be used by keyboard, in the dark and on a
phone. A picture of it is left in build/pictures; with --write-picture the one in README.md is made anew."""

import contextlib
import pathlib
import re

import pytest

from conftest import make_target
from support import wire
from support.browser import SHIFT, Browser
from support.messages import query
from support.small_png import smaller
from support.steady_load import SteadyLoad
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only]

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "build" / "pictures"
PICTURE = ROOT / "daemon" / "stats" / "dashboard" / "dashboard.png"
MOST_PICTURE_BYTES = 150_000
HOSTILE_NAME = "<img src=x onerror=alert(1)>"
IS_SHOWN = "!document.querySelector('#main').hidden"


@pytest.fixture(scope="module")
def browser():
    with Browser() as started:
        yield started


@pytest.fixture(scope="module")
def busy(postgres):
    """A pool that is too small for its clients, another one with a client that keeps its server, and errors."""
    backend = postgres.backend(database="app", user="app")
    databases = {
        "shop": {"backend": backend, "pool": {"max_size": 2}},
        "reports": {"backend": backend, "pool": {"max_size": 4, "min_size": 2}},
    }
    target = make_target(postgres, {"databases": databases})
    shop = ["select pg_sleep(0.002)", "select count(*) from pg_class", "select 1/0"]
    try:
        target.start()
        with contextlib.ExitStack() as stack:
            stack.enter_context(SteadyLoad(target, shop, clients=5, database="shop", application_name="checkout"))
            stack.enter_context(SteadyLoad(target, ["select pg_sleep(0.02)"], clients=1, database="reports", application_name="nightly"))
            keeper = stack.enter_context(wire.connect(target, "app", "reports", application_name="report builder"))
            keeper.query("create temporary table kept (id int)")
            yield target
        target.stop()
    finally:
        target.remove()


def address(howdah):
    return f"http://127.0.0.1:{howdah.admin_port}/"


@pytest.fixture
def page(browser, busy):
    """The dashboard, with figures in it."""
    opened = browser.page(address(busy))
    opened.resize(1200, 900)
    opened.wait_for(f"{IS_SHOWN} && charts[0].history?.seconds_ago.length > 1", "figures are shown")
    yield opened
    opened.close()


def tile(page, name):
    return page.run(f"[...document.querySelectorAll('#tiles div')].find((one) => one.firstChild.textContent === {name!r}).lastChild.textContent")


def shown_pool(page, name):
    """The texts of the row of one pool, by their labels."""
    cells = f"[...[...document.querySelectorAll('#pools tbody tr')].find((row) => row.querySelector('button').textContent === {name!r}).cells]"
    return dict(page.run(f"{cells}.map((cell) => [cell.dataset.label, cell.textContent])"))


@pytest.mark.time_limit(240)
def test_it_moves_and_complains_of_nothing(page, busy, request):
    page.wait_for("document.querySelector('#verdict-title').textContent === '✓ All is well'", "it has started")
    first = page.text("#freshness")
    total = page.run("seen.all.totals.transactions")
    page.wait_for(f"document.querySelector('#freshness').textContent !== {first!r}", "a later moment")
    assert page.run("seen.all.totals.transactions") > total
    # A client to which a server is on its way from another worker neither waits nor has one.
    shop = wait_until(lambda: (now := shown_pool(page, "shop/app"))["clients"] == "5" and now, "all five are counted")
    assert (shop["of most"], shown_pool(page, "reports/app")["pinned"]) == ("2", "1")
    assert float(shop["transactions/s"].replace(",", "")) > 1
    assert re.fullmatch(r"\d of 6", tile(page, "servers in use"))
    assert page.run("[...document.querySelectorAll('.chart')].map((one) => one.querySelector('.s0').getAttribute('d').includes('L'))")[:2] == [True] * 2
    wait_until(lambda: "checkout" in page.text("#holders"), "a client of the shop is met while it has a server")
    assert "pinned by" in page.text("#holders")
    for part in ("#waiters", "#errors", "#disconnects", "#advice", "#statements"):
        assert page.text(part), part
    assert page.complaints() == []
    assert all(url.startswith(address(busy)) for url in page.requests())
    page.picture(ARTEFACTS / "dashboard.png")
    if request.config.getoption("--write-picture"):
        write_picture(page)


def write_picture(page):
    """Its upper part, once a minute has passed, so that the charts show something."""
    page.resize(1040, 900)
    wait_until(lambda: page.run("charts[0].history.seconds_ago[0]") > 55, "a minute has passed", timeout=90)
    page.picture(PICTURE, height=1240)
    PICTURE.write_bytes(smaller(PICTURE.read_bytes()))


def test_the_picture_in_the_readme_is_there_and_small():
    assert "daemon/stats/dashboard/dashboard.png" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert 5_000 < PICTURE.stat().st_size < MOST_PICTURE_BYTES


def test_what_a_client_calls_itself_is_text(page, busy):
    with wire.connect(busy, "app", "reports", application_name=HOSTILE_NAME) as client:
        client.query("begin; select 1")
        page.wait_for(f"document.querySelector('#holders').textContent.includes({HOSTILE_NAME!r})", "its name is shown")
        client.query("rollback")
    assert page.run("document.querySelectorAll('img').length") == 0
    assert page.complaints() == []


# What other parts of howdah measure, made up. Times come with a gap.
MADE_UP = """(() => {
  isPaused = true;
  const made = structuredClone(seen);
  made.all.errors = {"23505": 40, "57014": 2};
  made.all.disconnects = {"client closed": 12};
  made.all.recent = {...made.all.recent, errors: {"23505": 7}, disconnects: {}, wait: {count: 9, p50: 0.00012, p95: 0.25, p99: 1.5}};
  const cut = (values) => Array.isArray(values) ? [...Array(4).fill(0), ...values].slice(-4) : Object.fromEntries(Object.entries(values).map(([name, list]) => [name, cut(list)]));
  made.all.history = {...cut(made.all.history), seconds_ago: [8, 6, 4, 2], wait: {p50: [0.001, null, 0.002, 0.003], p95: [1, null, 1, 1], p99: [2, null, 2, 1.5]}};
  made.statements = [{database: "shop", user: "app", fingerprint: "00", text: "select * from orders where id = $1", calls: 4000, errors: 3, rows: 4100, bytes: 2500000, wait_seconds: 1.5, server_seconds: 8, longest_seconds: 0.25}];
  made.advice = [{about: "pool shop/app", kind: "pool size", text: "max_size: 6 instead of 2", figures: "5.4 servers were busy at p99 of the last hour"}];
  seen = made;
  show();
})()"""


def test_what_was_measured_is_shown(page):
    page.wait_for("asking === null", "no answer is under way")
    page.run(MADE_UP)
    assert "wait p50 / p95 / p99\t120 µs / 250 ms / 1.5 s" in "\n".join("\t".join(pair) for pair in shown_pool(page, "all pools").items())
    assert page.text("#errors tbody").split() == ["23505", "constraint", "7", "40", "57014", "cancelled,", "time-out", "or", "shutdown", "0", "2"]
    assert page.text("#disconnects tbody").split("\t") == ["client closed", "0", "12"]
    statement = page.text("#statements tbody")
    assert "select * from orders where id = $1" in statement and statement.split("\t")[1:] == ["shop/app", "4,000", "3", "4,100", "2.5 MB", "8.0 s", "2 ms", "250 ms", "1.5 s"]
    assert page.text("#advice tbody").split("\t")[2:] == ["max_size: 6 instead of 2", "5.4 servers were busy at p99 of the last hour"]
    line = page.run("document.querySelectorAll('.chart')[2].querySelector('.s2').getAttribute('d')")
    assert (line.count("M"), line.count("L")) == (2, 1), line
    page.run("document.querySelectorAll('.chart')[2].focus()")
    page.press("Home")
    assert page.run("document.activeElement.getAttribute('aria-valuetext')") == "8 s ago: p50 1 ms, p95 1.0 s, p99 2.0 s"
    assert page.complaints() == []


FOCUSED = "(document.activeElement.id || document.activeElement.textContent || document.activeElement.getAttribute('aria-label'))"
CONTROLS = "[...document.querySelectorAll('a[href], button, input, [tabindex=\"0\"]')].filter((one) => one.checkVisibility())"


def test_the_keyboard_reaches_every_control(page):
    """Each has the focus once, can be seen to have it, and keeps it while figures change."""
    count = page.run(f"{CONTROLS}.length")
    page.run(f"window.reached = new Set(); {CONTROLS}.length")
    for _ in range(count):
        page.press("Tab")
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid", page.run(FOCUSED)
        page.run("reached.add(document.activeElement).size")
    assert page.run("reached.size") == count >= 1 + 1 + 3 + 4 + 4  # the skip link, Pause, pools, charts, links
    assert page.run(f"{CONTROLS}.every((one) => reached.has(one))")

    page.run("[...document.querySelectorAll('#pools button')].find((one) => one.textContent === 'shop/app').focus()")
    page.press("Enter")
    assert page.text("#chosen") == "shop/app"
    moment = page.text("#freshness")
    page.wait_for(f"document.querySelector('#freshness').textContent !== {moment!r}", "new figures")
    assert page.run(FOCUSED) == "shop/app"
    assert page.run("document.activeElement.getAttribute('aria-pressed')") == "true"

    page.run("document.querySelector('.chart').focus()")
    page.press("ArrowLeft")
    assert re.fullmatch(r"\d+ s ago: transactions [\d.,]+, errors [\d.,]+", page.text(".readout"))
    assert page.run("document.activeElement.getAttribute('aria-valuetext')") == page.text(".readout")
    page.press("Escape")
    assert page.text(".readout") == ""
    page.press("Tab", SHIFT)
    assert page.run("document.activeElement.tagName") == "BUTTON"


def test_it_may_be_stopped_for_a_while(page):
    page.run("document.querySelector('#pause').focus()")
    page.press("Enter")
    assert page.run("[isPaused, timer !== 0, document.querySelector('#pause').getAttribute('aria-pressed')]") == [True, True, "true"]
    page.wait_for("asking === null", "the last answer has come")
    asked = len(page.requests())
    page.press("Enter")
    wait_until(lambda: page.run("1") and len(page.requests()) > asked, "it asks again")


# Of each element with a text of its own: the contrast to what is behind it. (WCAG 2.1, 1.4.3)
LEAST_CONTRAST = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (one) => { for (; one; one = one.parentElement) { const p = parts(getComputedStyle(one).backgroundColor); if (p.length < 4 || p[3] > 0) return p; } return [255, 255, 255]; };
  const shown = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const found = shown.map((one) => {
    const style = getComputedStyle(one);
    const [a, b] = [light(parts(one instanceof SVGElement ? style.fill : style.color)), light(behind(one))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.textContent.slice(0, 40)];
  });
  return found.sort((one, other) => one[0] - other[0])[0];
})()"""


def test_light_and_dark_can_both_be_read(page):
    backgrounds = []
    for scheme in ("light", "dark"):
        page.prefer(scheme)
        for grade in ("well", "warning", "problem"):
            page.run(f"isPaused = true; showVerdict({grade!r}, [{{grade: {grade!r}, about: 'shop/app', text: 'a text'}}])")
            contrast, text = page.run(LEAST_CONTRAST)
            assert contrast >= 4.5, (scheme, grade, text)
        backgrounds.append(page.run("getComputedStyle(document.documentElement).backgroundColor"))
        page.picture(ARTEFACTS / f"dashboard-{scheme}.png")
    assert backgrounds[0] != backgrounds[1]


def test_who_wants_no_motion_sees_none(page):
    page.prefer(motion="reduce")
    moving = "[...document.querySelectorAll('*')].filter((one) => /[1-9]/.test(getComputedStyle(one).transitionDuration + getComputedStyle(one).animationDuration)).length"
    assert page.run(f"{moving} + document.getAnimations().length") == 0


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_need_not_be_scrolled_sideways(page, width):
    page.resize(width, 800, mobile=True)
    page.wait_for(f"innerWidth === {width} && charts[0].width < {width}", "the page has its new width")
    assert page.run("document.documentElement.scrollWidth") == width
    beyond = "[...document.querySelectorAll('main *, header *')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && one.getBoundingClientRect().left >= 0).map((one) => one.outerHTML.slice(0, 80))"
    assert page.run(beyond) == []
    assert float(page.run("getComputedStyle(document.querySelector('.chart text')).fontSize").removesuffix("px")) >= 11
    page.picture(ARTEFACTS / f"dashboard-{width}.png")


def test_it_asks_for_the_token(browser, start_howdah):
    howdah = start_howdah(admin={"token": "a long token"})
    page = browser.page(address(howdah))
    try:
        assert page.run(FOCUSED) == "token" and not page.run(IS_SHOWN)
        assert page.complaints() == []
        page.type("wrong")
        page.press("Enter")
        page.wait_for("document.querySelector('#login-error').textContent === 'This token is not right.'", "it is refused")
        page.type("a long token")
        page.press("Enter")
        page.wait_for(IS_SHOWN, "figures are shown")
        assert page.run("document.querySelector('#login').hidden")
        page.open(address(howdah))
        page.wait_for(IS_SHOWN, "it is remembered as long as the tab is open")
    finally:
        page.close()


def test_it_says_that_howdah_does_not_answer(browser, start_howdah):
    howdah = start_howdah()
    page = browser.page(address(howdah))
    try:
        page.wait_for(f"{IS_SHOWN} && document.querySelector('#verdict').dataset.grade === 'well'", "all is well")
        with wire.connect(howdah, "app", "app") as client:
            client.send(query("select 1"))
            client.ready()
        howdah.stop()
        page.wait_for("document.querySelector('#verdict').dataset.grade === 'problem'", "it is not well any more")
        assert "No answer from howdah" in page.text("#findings")
        assert page.run("document.title").startswith("✕")
    finally:
        page.close()
