"""What a fact is called in words. Choices and dates only: nothing that tells who the person is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projections.titles import Titles
from protocols import facts as f

Tell = Callable[[Titles, Any], tuple[str, str]]

KINDS: dict[str, tuple[str, str]] = {
    "TRAINEESHIP": ("tirocinio", "traineeship"),
    "INCLUSION_TRAINEESHIP": ("tirocinio di inclusione", "inclusion traineeship"),
    "WORK_GRANT": ("borsa lavoro", "work grant"),
    "COMMUNITY_PROJECT": ("progetto di prossimità", "community project"),
    "COMMUNITY_SERVICE": ("progetto utile alla collettività", "community service"),
}


def _kind(code: str) -> tuple[str, str]:
    return KINDS.get(code, (code, code))


def _said(it: str, en: str) -> Tell:
    return lambda titles, body: (it, en)


def _with(it: str, en: str, field: str) -> Tell:
    def tell(titles: Titles, body: Any) -> tuple[str, str]:
        value = getattr(body, field)
        if value in ("", None):
            return it, en
        if not isinstance(value, str):
            return f"{it}: {value}", f"{en}: {value}"
        said = titles.answer(body.task.partition("#")[0], type(body).__name__, field, value)
        return f"{it}: {said[0]}", f"{en}: {said[1]}"

    return tell


def _referral(titles: Titles, body: f.ReferralRegistered) -> tuple[str, str]:
    if body.complete:
        return "Segnalazione registrata", "Referral registered"
    return "Segnalazione registrata, da completare", "Referral registered, to be completed"


def _assessment(titles: Titles, body: f.AssessmentRecorded) -> tuple[str, str]:
    if body.moment == "exit":
        return "Valutazione in uscita registrata", "Exit assessment recorded"
    return "Valutazione registrata", "Assessment recorded"


def _project(titles: Titles, body: f.ProjectSigned) -> tuple[str, str]:
    if body.light:
        return "Patto leggero firmato", "Light project signed"
    return "Progetto personalizzato firmato", "Personal project signed"


def _reserved(titles: Titles, body: f.PlaceReserved) -> tuple[str, str]:
    it, en = _kind(body.kind)
    return f"Posto riservato: {it}", f"Place reserved: {en}"


def _started(titles: Titles, body: f.PlacementStarted) -> tuple[str, str]:
    it, en = _kind(body.kind)
    begins, ends = titles.day(body.starts_on), titles.day(body.ends_on)
    return (
        f"Inserimento avviato: {it}, dal {begins} al {ends}",
        f"Placement started: {en}, from {begins} to {ends}",
    )


def _attendance(titles: Titles, body: f.AttendanceValidated) -> tuple[str, str]:
    month = "/".join(reversed(body.month.split("-")))
    hours = f"{body.hours_attended:g}/{body.hours_planned:g}"
    return (
        f"Presenze di {month} convalidate: {hours} ore",
        f"Attendance of {month} validated: {hours} hours",
    )


def _follow_up(titles: Titles, body: f.FollowUpDone) -> tuple[str, str]:
    return f"Controllo dopo {body.month} mesi", f"Follow-up after {body.month} months"


ESTABLISHED: dict[type, Tell] = {
    f.ReferralRegistered: _referral,
    f.TriageRecorded: _with("Bisogno prevalente", "Main need", "need"),
    f.DisclosureAuthorised: _said(
        "Autorizzata la comunicazione dei dati", "Disclosure of data authorised"
    ),
    f.DisclosureRefused: _said("Negata la comunicazione dei dati", "Disclosure of data refused"),
    f.DisclosureWithdrawn: _said(
        "Revocata l'autorizzazione a comunicare i dati", "Disclosure authorisation withdrawn"
    ),
    f.TeamConstituted: _said("Équipe costituita", "Team constituted"),
    f.AssessmentRecorded: _assessment,
    f.CaseDiscussed: _with("Decisione dell'équipe", "Decision of the team", "decision"),
    f.ProjectSigned: _project,
    f.CompetencesBalanced: _said("Bilancio di competenze concluso", "Competence balance done"),
    f.PlaceReserved: _reserved,
    f.PlaceReleased: _said("Posto liberato", "Place released"),
    f.PlacementStarted: _started,
    f.PlacementSuspended: _said("Inserimento sospeso", "Placement suspended"),
    f.PlacementResumed: _said("Inserimento ripreso", "Placement resumed"),
    f.AttendanceValidated: _attendance,
    f.PlacementEnded: _with("Inserimento concluso", "Placement ended", "outcome"),
    f.ProjectReviewed: _with("Verifica del progetto", "Project reviewed", "decision"),
    f.ResidenceTransferred: _said("Residenza trasferita", "Residence transferred"),
    f.PersonIdentified: _said(
        "La persona ha scelto di dare il proprio nome", "The person has chosen to give a name"
    ),
    f.RestrictionRequested: _said("Trattamento limitato", "Processing restricted"),
    f.FollowUpDone: _follow_up,
    f.CaseClosed: _with("Motivo di uscita", "Reason of exit", "reason"),
}

# A fact added to the catalogue is told by its name until somebody finds the words.
for _name, _fact in f.CATALOGUE.items():
    ESTABLISHED.setdefault(_fact, _said(f"Registrato: {_name}", f"Recorded: {_name}"))
