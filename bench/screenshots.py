"""Take the pictures of the manual: the real program, demo content, a real browser.

python -m bench.screenshots [NAME …]
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from bench.png import fewer_colours

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
WIDE, NARROW = (960, 800), (400, 860)  # CSS pixels
PATIENCE = 30.0
PASSWORD = "three words and a river"
STAFF = {"sita": "operator", "ram": "approver", "bikash": "field_staff"}

# The demo people: their languages go round in the order en, fr, sw, ne, ar.
SAID = (
    (0, "FLOOD"),
    (1, "Est-ce que le puits de la place est propre ?"),
    (2, "Daraja la Upper Bank limevunjika. Tutapita wapi?"),
    (4, "هل الطريق إلى السوق آمن؟"),
    (5, "The clinic at Lower Bank has been closed since Monday. Where can we go?"),
    (7, "MAFURIKO"),
    (9, "فيضان"),
)
WARNING = {
    "en": "Red Cross: FLOOD. The river will flood Riverside today by 5 pm. "
    "Go to high ground now. Take water, medicine. Until Sun 8 am.",
    "sw": "Msalaba Mwekundu: MAFURIKO. Mto utafurika Riverside leo kabla ya saa 11 jioni. "
    "Nenda juu sasa. Chukua maji na dawa. Hadi Jumapili saa 2 asubuhi.",
}


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that runs for the pictures, on a folder of its own."""

    folder: Path
    home: str
    env: dict[str, str]

    def command(self, *words: str) -> str:
        """Run one `gateway` command; return what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            env=self.env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def call(self, kind: str, **fields: str) -> str:
        """Call the simulator's channel as a network would."""
        url = f"{self.home}/hooks/simulator/{kind}"
        with urllib.request.urlopen(url, urlencode(fields).encode(), timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    @property
    def password_file(self) -> str:
        return str(self.folder / "password")


@contextmanager
def running() -> Iterator[Gateway]:
    """Start the program on an empty folder with demo content; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="gateway-pictures-") as folder:
        gw = _made(Path(folder))
        process = subprocess.Popen([sys.executable, "-m", "gateway", "run"], env=gw.env)
        try:
            _wait_for(gw.home + "/sign-in")
            yield gw
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; one that does not is ended, so that none outlives its folder."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _made(folder: Path) -> Gateway:
    port = _free_port()
    settings = {
        "GATEWAY_DATA": str(folder / "data"),
        "GATEWAY_PORT": str(port),
        "GATEWAY_TIMEZONE": "Asia/Kathmandu",
    }
    env = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")} | settings
    gw = Gateway(folder, f"http://127.0.0.1:{port}", env)
    Path(gw.password_file).write_text(PASSWORD, encoding="utf-8")
    gw.command("init", "--demo")
    for name, role in STAFF.items():
        gw.command("user", "add", name, "--role", role, "--password-file", gw.password_file)
    return gw


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {url}")


@contextmanager
def browsing(profile: Path) -> Iterator[Chrome]:
    """Open a Chromium without a window."""
    found = next(filter(None, map(shutil.which, CHROMES)), None)
    driver = shutil.which("chromedriver")
    if found is None or driver is None:
        raise SystemExit("The pictures need Chromium and its chromedriver on PATH.")
    options = ChromeOptions()
    options.binary_location = found
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def sign_in(chrome: Chrome, gw: Gateway, name: str) -> None:
    """Sign in afresh as one of the staff."""
    chrome.delete_all_cookies()
    chrome.get(gw.home + "/sign-in")
    chrome.find_element(By.NAME, "name").send_keys(name)
    chrome.find_element(By.NAME, "password").send_keys(PASSWORD)
    chrome.find_element(By.CSS_SELECTOR, "main form button").click()
    inside = (By.CSS_SELECTOR, "form.me")
    WebDriverWait(chrome, PATIENCE).until(lambda page: page.find_elements(*inside))


def people_write(gw: Gateway) -> None:
    """Let people of the demo text, each in their language."""
    for number, (person, text) in enumerate(SAID):
        sender = f"+4477009000{person:02}"
        gw.call("message", **{"from": sender, "text": text, "id": f"picture-{number}"})


def warned(gw: Gateway) -> str:
    """Write the alert that waits for a second person; return its id."""
    until = datetime.now(UTC) + timedelta(hours=6)
    # Not the Nepali speakers: not every machine that takes pictures has their letters.
    readers = [word for tag in ("en", "fr", "sw", "ar") for word in ("--language", tag)]
    texts = [word for tag, text in WARNING.items() for word in ("--text", f"{tag}={text}")]
    said = gw.command(
        *("alert", "create", "--as", "sita", "--password-file", gw.password_file),
        *texts,
        *readers,
        *("--area", "ZZ01", "--class", "emergency"),
        *("--expires", until.isoformat(timespec="minutes")),
    )
    return said.split()[1].rstrip(":")


def dashboard(chrome: Chrome, gw: Gateway) -> None:
    sign_in(chrome, gw, "sita")


def feedback(chrome: Chrome, gw: Gateway) -> None:
    sign_in(chrome, gw, "bikash")
    chrome.get(gw.home + "/feedback")


def alert(chrome: Chrome, gw: Gateway) -> None:
    sign_in(chrome, gw, "ram")
    chrome.get(f"{gw.home}/alerts/{warned(gw)}")
    show = "document.querySelector('[aria-labelledby=approve]').scrollIntoView(false)"
    chrome.execute_script(show)


def handset(chrome: Chrome, gw: Gateway) -> None:
    """Text a keyword from the phone in the browser, and look at the answer."""
    chrome.delete_all_cookies()
    chrome.get(gw.home + "/handset")
    chrome.find_element(By.NAME, "text").send_keys("FLOOD")
    chrome.find_element(By.NAME, "text").submit()
    time.sleep(1)
    chrome.get(gw.home + "/handset")


Scene = Callable[[Chrome, Gateway], None]
SCENES: dict[str, tuple[Scene, tuple[int, int]]] = {
    "dashboard": (dashboard, WIDE),
    "feedback": (feedback, WIDE),
    "handset": (handset, NARROW),
    "alert": (alert, WIDE),
}


def _look_through(chrome: Chrome, width: int, height: int) -> None:
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


def take(names: Sequence[str]) -> None:
    """Take the pictures named and say how large each is."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running() as gw, browsing(gw.folder / "profile") as chrome:
        people_write(gw)
        for name in names:
            scene, size = SCENES[name]
            _look_through(chrome, *size)
            scene(chrome, gw)
            file = PICTURES / f"{name}.png"
            file.write_bytes(fewer_colours(chrome.get_screenshot_as_png()))
            print(f"{file}  {file.stat().st_size / 1000:.0f} kB")


def main(names: Sequence[str]) -> None:
    if unknown := sorted(set(names) - set(SCENES)):
        raise SystemExit(f"No such picture: {', '.join(unknown)}. There are: {', '.join(SCENES)}")
    take(names or list(SCENES))


if __name__ == "__main__":
    main(sys.argv[1:])
