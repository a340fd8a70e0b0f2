"""A real browser: the system's Chromium, driven by Playwright.

Fixtures:

- `chromium` (session): a Playwright `Browser`.
- `new_page(**context_options)`: a page in a context of its own (another person, a phone, the dark
  theme); Swedish and in Stockholm unless told otherwise.
- `page`: one such page.
- `axe(page)`: fails with a readable list if axe-core finds anything.

A test fails on anything the browser complains of: script errors, console errors, breaches of the
content security policy, requests that leave the machine. Where the complaint is the point of the
test, `@pytest.mark.console_expected("403")` takes a pattern.
"""

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from support.peers import MissingPeer

if TYPE_CHECKING:  # 0.4 s that only the tests with a browser pay
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REMEDY = "apt-get install chromium, or set ATAGANDE_CHROMIUM to the path of a Chromium"
ELSEWHERE = re.compile(r"^(?:https?|wss?)://(?!(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$))")
REPORT_POLICY_BREACHES = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""

NewPage = Callable[..., "Page"]
Axe = Callable[["Page"], None]
Running = tuple["Browser", asyncio.AbstractEventLoop | None]


@contextmanager
def _playwright_loop(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Let Playwright's own event loop count as running only while it is used.

    Its synchronous form leaves its loop marked as running, and any other test of the same worker
    that calls `asyncio.run` would be refused.
    """
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


@pytest.fixture(scope="session")
def _browser_and_loop(
    missing_peer: MissingPeer,
) -> Iterator[Running]:
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - on use only

    named = os.environ.get("ATAGANDE_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        missing_peer("Chromium", REMEDY)
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    playwright = sync_playwright().start()
    loop = asyncio._get_running_loop()
    try:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            missing_peer("Chromium", f"{path} did not start ({error.message}); {REMEDY}")
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()
    finally:
        asyncio._set_running_loop(loop)
        playwright.stop()
        asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def chromium(
    _browser_and_loop: Running,
) -> "Browser":
    """The running browser."""
    return _browser_and_loop[0]


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest,
    _browser_and_loop: Running,
) -> Iterator[NewPage]:
    """Open pages that complain loudly; each in a context of its own."""
    browser, loop = _browser_and_loop
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def on_console(message: "ConsoleMessage") -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def stop_request(route: "Route") -> None:
        complaints.append(f"left the machine: {route.request.url}")
        route.abort()

    def open_page(**options: Any) -> "Page":
        context = browser.new_context(
            **{"locale": "sv-SE", "timezone_id": "Europe/Stockholm"} | options
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(REPORT_POLICY_BREACHES)
        context.route(ELSEWHERE, stop_request)
        context.on("console", on_console)
        context.on("weberror", lambda fault: complaints.append(f"script: {fault.error}"))
        return context.new_page()

    with _playwright_loop(loop):
        yield open_page
        for context in contexts:
            context.close()
    patterns = [mark.args[0] for mark in request.node.iter_markers("console_expected")]
    unexpected = [text for text in complaints if not any(re.search(p, text) for p in patterns)]
    if unexpected:
        pytest.fail("The browser complained:\n" + "\n".join(unexpected), pytrace=False)


@pytest.fixture
def page(new_page: NewPage) -> "Page":
    """A page in Swedish, in Stockholm, 1280 wide."""
    return new_page(viewport={"width": 1280, "height": 800})


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Ask axe-core about a page; fails with every violation and where it is."""
    from axe_playwright_python.sync_playwright import Axe as Judge  # noqa: PLC0415 - on use only

    judge = Judge()

    def assert_accessible(page: "Page") -> None:
        # Half a megabyte of script: a page looked at again has it.
        if not page.evaluate("'axe' in window"):
            page.evaluate(judge.axe_script)
        violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        lines = [f"axe finds {len(violations)} kinds of fault on {page.url}"]
        for violation in violations:
            lines.append(f"- {violation['id']} ({violation['impact']}): {violation['help']}")
            for node in violation["nodes"]:
                lines.append(f"    {' '.join(map(str, node['target']))}: {node['html'][:200]}")
                summary = (node.get("failureSummary") or "").replace("\n", "\n      ")
                lines.append(f"      {summary}")
        if violations:
            pytest.fail("\n".join(lines), pytrace=False)

    return assert_accessible
