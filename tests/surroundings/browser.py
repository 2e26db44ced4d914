"""A real browser, with scripts and without."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.surroundings.reports import cannot_run

CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROME_ON_A_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--window-size=1280,900",
)


@pytest.fixture(scope="session")
def _browser_with_js(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    yield from _open(tmp_path_factory.mktemp("profile-js"), javascript=True)


@pytest.fixture(scope="session")
def _browser_without_js(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    yield from _open(tmp_path_factory.mktemp("profile-plain"), javascript=False)


@pytest.fixture
def browser_js(_browser_with_js: Chrome) -> Chrome:
    """A browser nobody has used yet; pages may run scripts."""
    return _forget(_browser_with_js)


@pytest.fixture
def browser_plain(_browser_without_js: Chrome) -> Chrome:
    """A browser nobody has used yet; pages' scripts do not run."""
    return _forget(_browser_without_js)


@pytest.fixture(params=["browser_js", "browser_plain"])
def browser(request: pytest.FixtureRequest) -> Chrome:
    """Both browsers, one after the other: every page must work in either."""
    return request.getfixturevalue(request.param)


def _open(profile: Path, javascript: bool) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = _chrome()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    allowed = 1 if javascript else 2
    options.add_experimental_option(
        "prefs", {"profile.managed_default_content_settings.javascript": allowed}
    )
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


def _chrome() -> str:
    """Where a Chromium is; selenium must not go and download one."""
    found = next(filter(None, map(shutil.which, CHROMES)), None)
    if found is None and Path(CHROME_ON_A_MAC).exists():
        found = CHROME_ON_A_MAC
    if found is None or shutil.which("chromedriver") is None:
        cannot_run("Browser", "no Chromium with its chromedriver on PATH")
    return str(found)


def _forget(driver: Chrome) -> Chrome:
    try:
        driver.get("about:blank")
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    except WebDriverException as error:
        raise RuntimeError("the browser has died in an earlier test") from error
    return driver
