"""The explained list of hosts from which a person will choose."""

from __future__ import annotations

from protocols.facts import PlacementEnded, PlaceReleased, PlaceReserved
from workflows.automations.context import AutomationContext, AutomationResult
from workflows.automations.ranking import HostPlace, Needs, rank

_DEFAULT_KIND = "TRAINEESHIP"
# DPR 309/1990 art. 125: who is followed for addiction is not sent where tests are a duty.
_UNTESTED = "ADDICTION_SERVICE"
_AGAINST = {"person_declines", "host_declined", "not_started", "host_withdrew"}


def run(context: AutomationContext) -> AutomationResult:
    """Data: see :meth:`Ranking.as_data`. Read at this moment: a place is taken only when
    somebody chooses it."""
    needs = _needs(context)
    territory = context.service.territory
    hosts = (
        HostPlace(
            id=str(host.id),
            comune=host.comune,
            district=territory.district_of(host.comune),
            places=host.places,
            taken=len(host.taken),
            cap=territory.host_cap(needs.kind, host.staff, context.today),
            taken_of_kind=sum(1 for _, kind in host.taken if kind == needs.kind),
            jobs=host.jobs,
            kinds=host.kinds,
            flags=host.flags,
            excluded=host.excluded,
        )
        for host in context.service.hosts()
    )
    return AutomationResult(data=rank(hosts, needs).as_data())


def _needs(context: AutomationContext) -> Needs:
    attributes = context.state.attributes
    opinion = _opinion(context)
    target = str(context.latest("target", ""))
    return Needs(
        person=attributes["person"],
        kind=str(context.latest("kind", _DEFAULT_KIND)),
        comune=attributes["comune"],
        district=attributes["district"],
        limits=tuple(opinion.get("limits") or ()),
        fit=opinion.get("fitness") != "not_fit_now",
        target="" if target == "other" else target,
        untested=attributes["source"] == _UNTESTED,
        refused=_refused(context),
    )


def _opinion(context: AutomationContext) -> dict:
    """The last fitness opinion as a whole: one without limits lifts those of the one before."""
    opinions = (data for data in context.answers() if "fitness" in data or "limits" in data)
    return next(opinions, {})


def _refused(context: AutomationContext) -> tuple[str, ...]:
    """Hosts that were tried and did not work, by either side's choice."""
    refused: dict[str, None] = {}
    current = ""
    for event in context.history:
        body = event.body
        if isinstance(body, PlaceReserved):
            current = body.host
        elif isinstance(body, PlaceReleased) and body.reason in _AGAINST:
            refused[body.host] = None
        elif isinstance(body, PlacementEnded) and body.outcome in _AGAINST and current:
            refused[current] = None
    return tuple(refused)
