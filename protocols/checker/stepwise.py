"""The searches of a protocol that is too large to be tried whole: each step with what it depends
on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.checker.likeness import without_sure_exit
from protocols.checker.seen import Node
from protocols.language.formula import DONE, OPEN, OUT
from protocols.text import Text

if TYPE_CHECKING:
    from protocols.checker.behaviour import Behaviour
    from protocols.checker.explore import Exploration

# How much of the work is done when it begins, and when every step has been looked for.
_BEGUN, _STEPS = 0.3, 0.8
_TRIED_FURTHER = 3


def step_by_step(behaviour: Behaviour) -> None:
    """Look for each step that was not reached, a way out of each that may have none, and early
    readers; what is left unproved is told in `not_explored`."""
    plan = behaviour.plan
    largest_first = sorted(plan.names, key=lambda name: -len(behaviour.cones.of(name)))
    for number, step in enumerate(largest_first):
        behaviour.tell(_BEGUN + (_STEPS - _BEGUN) * number / len(largest_first))
        if not behaviour.reached(step) and not behaviour.demands.impossible(step):
            _look_for(behaviour, step)
    unsure = sorted(without_sure_exit(plan) | behaviour.suspects)
    for number, step in enumerate(unsure):
        behaviour.tell(_STEPS + (1 - _STEPS) * number / len(unsure))
        _way_out(behaviour, step)
    for step in _early_readers(behaviour):
        cone = behaviour.cones.all_of(step)
        if not behaviour.explore(only=cone, most=behaviour.budget.cone).whole:
            behaviour.left_out(
                step,
                "se la sua condizione può leggere dati non ancora raccolti",
                "whether its condition may read data that are not there yet",
            )
    for step in plan.names:
        if step not in behaviour.seen.opened and not behaviour.never_opens(step):
            behaviour.left_out(step, "se può aprirsi", "whether it can open")
        for outcome in plan.steps[step].outcomes if step in behaviour.seen.opened else ():
            done = (step, outcome) in behaviour.seen.done
            if not done and not behaviour.never_done(step, outcome):
                behaviour.left_out(
                    f"{step}.{outcome}", "se l'esito è possibile", "whether the outcome is possible"
                )
    behaviour.not_explored.insert(
        0,
        Text(
            f"Non tutti gli intrecci sono stati provati ({behaviour.states} stati visitati). Di "
            "ogni passo si è cercato se può aprirsi, se ogni esito è possibile e se c'è una "
            "via d'uscita; altre combinazioni di passi paralleli possono non essere state "
            "provate.",
            f"Not every interleaving was tried ({behaviour.states} states visited). Of each step "
            "it was sought whether it can open, whether each outcome is possible and whether "
            "there is a way out; other combinations of parallel steps may not have been "
            "tried.",
        ),
    )


def _look_for(behaviour: Behaviour, step: str) -> None:
    """First in one order of what commutes, which finds it; then in all, which proves that it is
    not there."""
    cones = behaviour.cones
    cone = cones.all_of(step)
    for only, reduce in ((cones.of(step), True), (cone, False)):
        found = behaviour.explore(
            only=only, towards=step, most=behaviour.budget.cone, reduce=reduce,
            stop=lambda _: behaviour.reached(step),
        )  # fmt: skip
        if behaviour.reached(step) or not found.whole:
            return
    if _begun_by_an_end(behaviour, cone):
        return
    if cone < frozenset(behaviour.plan.names):
        # Others may keep the case open while all of these are done.
        found = behaviour.explore(
            only=cone, most=behaviour.budget.cone, reduce=False, kept_open=True
        )
    if found.whole:
        behaviour.proved |= {step} - set(found.seen.opened)
        outcomes = {(step, outcome) for outcome in behaviour.plan.steps[step].outcomes}
        behaviour.proved |= outcomes - set(found.seen.done)


def _begun_by_an_end(behaviour: Behaviour, cone: frozenset[str]) -> bool:
    """Whether a new episode may judge a step of the cone otherwise: its search saw no end, nor what
    an end sends out."""
    steps, events = behaviour.plan.steps, behaviour.plan.events.values()
    back = [event.event.again for event in events if event.event.reopens]
    if not back:
        return False
    demands = [demand for name in cone for demand in behaviour.demands.of(name) or ()]
    later = {name for name in cone if behaviour.cones.judged_later(name)}
    return any(OUT in demand.values() for demand in demands) or any(
        again is None or later & set(steps[again].closure) for again in back
    )


def _way_out(behaviour: Behaviour, step: str) -> None:
    plan = behaviour.plan.steps[step]
    if plan.scope or not plan.blocking:
        # The way out of a scope is that of the steps inside it.
        return

    def left(node: Node) -> bool:
        return bool(node.state.ended) or node.state.marks[step].status in (DONE, OUT)

    def rescued(search: Exploration) -> bool:
        return search.last is not None and left(search.last)

    def is_open(node: Node) -> bool:
        return not node.state.ended and node.state.marks[step].status == OPEN

    cones, most = behaviour.cones, behaviour.budget.cone
    only = cones.all_of(step, *cones.keeper)
    sound = behaviour.shared.independence.sound
    # What was left alone may still end the case, or take the step away.
    more = only | cones.all_of(*sorted(cones.rescuers(step)))
    proved = False
    for reduce in (True, False):
        found = behaviour.explore(only=only, towards=step, most=most, reduce=reduce)
        proved = found.whole and (not reduce or sound)
        without = [node for node in found.no_way_to(left) if is_open(node)]
        for node in without[:_TRIED_FURTHER]:
            further = behaviour.explore(only=more, root=node, most=most, reduce=sound, stop=rescued)
            if next(further.no_way_to(left), None) is further.root:
                behaviour.stuck.setdefault(step, node)
                return
            proved = proved and rescued(further)
        if proved or not found.whole:
            break
    if not proved:
        behaviour.left_out(
            step, "se c'è sempre una via d'uscita", "whether there is always a way out"
        )


def _early_readers(behaviour: Behaviour) -> list[str]:
    """Steps whose conditions read data of steps that need not be done before them."""
    names = set(behaviour.plan.names)
    found: dict[str, None] = {}
    for place, _, paths in behaviour.reads.guards.values():
        step = str(place[1])
        read = {path.split(".")[0] for path in paths} & names
        if read - behaviour.demands.done_before(step) - {step}:
            found[step] = None
    return list(found)
