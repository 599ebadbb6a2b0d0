"""The pictures: whose page it is, what was done on it first, and how wide it is seen."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tools.screenshots.stage import Stage

DESKTOP, PHONE = (1280, 860), (390, 800)
TALLEST = 1700
"""Pixels: below that a page is cut off."""

# A browser without Italian writes days as Americans do; those of the people here do not.
_ITALIAN_DAYS = """() => {
  for (const field of document.querySelectorAll("input[type=date]")) {
    const [year, month, day] = field.value.split("-");
    field.style.maxWidth = "16rem";
    field.type = "text";
    if (day) field.value = `${day}/${month}/${year}`;
    else field.placeholder = "gg/mm/aaaa";
  }
}"""

REFERENT = "mr-melzo-1"


class Camera:
    """Takes pictures of pages as people see them; each person logs in once for each width."""

    def __init__(self, browser: Browser, stage: Stage, address: str, folder: Path) -> None:
        self.stage = stage
        self._browser, self._address, self._folder = browser, address, folder
        self._pages: dict[tuple[str, int], Page] = {}
        self._seen: Page | None = None
        self.part = ""

    def take(self, name: str, shot: Callable[[Camera], None]) -> int:
        """Bytes of the picture."""
        shot(self)
        page = self._seen
        assert page is not None
        page.evaluate(_ITALIAN_DAYS)
        page.evaluate("document.activeElement.blur()")
        width = page.viewport_size["width"] if page.viewport_size else DESKTOP[0]
        above = self._above(page)
        whole = int(page.evaluate("document.documentElement.scrollHeight"))
        tall = min(whole - above, TALLEST)
        picture = page.screenshot(
            full_page=True,
            animations="disabled",
            caret="hide",
            clip={"x": 0, "y": above, "width": width, "height": tall},
        )
        return self._keep(self._folder / f"{name}.png", picture)

    def _above(self, page: Page) -> int:
        """Pixels above the part that is meant."""
        if not self.part:
            return 0
        box = page.locator(self.part).bounding_box()
        self.part = ""
        assert box is not None
        return int(box["y"] + page.evaluate("scrollY")) - 24

    def page(self, person: str = "", size: tuple[int, int] = DESKTOP) -> Page:
        """A page of somebody who is logged in, or of anybody."""
        key = (person, size[0])
        if key not in self._pages:
            context = self._browser.new_context(
                base_url=self._address,
                locale="it-IT",
                timezone_id="Europe/Rome",
                viewport={"width": size[0], "height": size[1]},
                reduced_motion="reduce",
            )
            context.set_default_timeout(15_000)
            self._pages[key] = context.new_page()
            if person:
                self._log_in(self._pages[key], person)
        self._seen = self._pages[key]
        return self._seen

    def at(self, address: str, person: str = "", size: tuple[int, int] = DESKTOP) -> Page:
        page = self.page(person, size)
        page.goto(address, wait_until="load")
        return page

    def _log_in(self, page: Page, person: str) -> None:
        name = self.stage.service.territory.people[person].name
        page.goto("/accesso/inizia")
        page.get_by_label("Cerca per nome").fill(name)
        page.get_by_role("button", name="Cerca").click()
        page.get_by_role("button", name=name).first.click()

    @staticmethod
    def _keep(path: Path, picture: bytes) -> int:
        """With a palette: a third of the size, and nobody sees the difference."""
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        small = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        return path.stat().st_size


def _inbox(camera: Camera) -> None:
    camera.at("/", REFERENT)


def _inbox_phone(camera: Camera) -> None:
    camera.at("/", REFERENT, PHONE)


def _case(camera: Camera) -> None:
    camera.at(f"/casi/{camera.stage.case('Ivo')}", REFERENT)


def _case_phone(camera: Camera) -> None:
    camera.at(f"/casi/{camera.stage.case('Ivo')}", REFERENT, PHONE)


def _case_later(camera: Camera) -> None:
    camera.at(f"/casi/{camera.stage.case('Dragan')}", "mr-cassano-1")
    camera.part = "#profilo"


def _task(camera: Camera) -> None:
    page = camera.at(camera.stage.address("Bianca Fumagalli", "triage"), REFERENT)
    page.get_by_label("Data del colloquio").fill("2026-10-12")
    page.get_by_label("Lavoro", exact=True).check()


def _task_wrong(camera: Camera) -> None:
    page = camera.at(camera.stage.address("Omar Haddad", "triage"), REFERENT)
    page.get_by_label("Data del colloquio").fill("2026-10-12")
    page.get_by_role("button", name="Controlla e conferma").last.click()


def _last_look(camera: Camera) -> None:
    page = camera.at(camera.stage.address("Bianca Fumagalli", "triage"), REFERENT)
    page.get_by_label("Data del colloquio").fill("2026-10-12")
    page.get_by_label("Lavoro", exact=True).check()
    page.get_by_label("Casa", exact=True).check()
    page.get_by_label("Sintesi").fill("Vive con la madre; il contratto d'affitto scade a dicembre.")
    page.get_by_label("Bisogno complesso").check()
    page.get_by_role("button", name="Controlla e conferma").last.click()


def _task_phone(camera: Camera) -> None:
    story = camera.stage.stories["Yasmin Chaari"]
    task = next(t for t in story.state().open_tasks() if t.step == "assess")
    address = f"/attivita/{story.case}/{task.key.replace('#', '%23')}"
    camera.at(address, task.instance, PHONE)


def _conference(camera: Camera) -> None:
    camera.at(f"/casi/{camera.stage.case('Aldo Mandelli')}/conferenza", "dr-5")


def _project(camera: Camera) -> None:
    camera.at(f"/casi/{camera.stage.case('Dragan')}/progetto", "mr-cassano-1")


def _event(camera: Camera) -> None:
    tutor = camera.stage.holder("Lucia", "tutor")
    camera.at(f"/casi/{camera.stage.case('Lucia')}/eventi/attendance_alarm", tutor)


def _referral(camera: Camera) -> None:
    camera.at("/segnalazioni", "cps-melzo-1")


def _referral_form(camera: Camera) -> None:
    camera.at("/segnalazioni/nuova", "cps-melzo-1")


def _notices(camera: Camera) -> None:
    camera.at("/avvisi", REFERENT)


def _search(camera: Camera) -> None:
    page = camera.at("/persone/cerca", REFERENT)
    page.locator("[name=first_name]").fill("Bianca")
    page.locator("[name=last_name]").fill("Fumagali")
    page.locator("[name=birth_date]").fill("1984-03-12")
    page.locator("button[value=dati]").click()


def _public(camera: Camera) -> None:
    camera.at("/pubblico")


SHOTS: dict[str, Callable[[Camera], None]] = {
    "scrivania": _inbox,
    "scrivania-telefono": _inbox_phone,
    "caso": _case,
    "caso-telefono": _case_phone,
    "caso-profilo": _case_later,
    "attivita": _task,
    "attivita-errori": _task_wrong,
    "ultimo-sguardo": _last_look,
    "valutazione-telefono": _task_phone,
    "riunione": _conference,
    "progetto": _project,
    "evento": _event,
    "segnalazioni": _referral,
    "segnalazione": _referral_form,
    "avvisi": _notices,
    "cerca-persona": _search,
    "pubblico": _public,
}
