"""Synthetic cases a second of the shipped protocol, in one process and in two."""

from __future__ import annotations

from time import perf_counter

from bench.report import Row
from protocols.engine.plan import Plan
from protocols.language.load import load_protocol
from protocols.simulation.running import simulate
from protocols.simulation.shares import Shares, read_shares
from protocols.territory import default_pack, load_territory

UNIT = "cases/s"
GOAL = 400

# As the years went: most referrals are complete, half of them need the team, most are admitted.
LONG_WAY = """
steps:
  register_referral: {outcomes: {complete: 80, incomplete: 10, not_authorised: 4, outside_area: 3, duplicate: 3}}
  triage: {outcomes: {work_only: 15, simple: 25, complex: 50, clinical: 10}}
  authorise_disclosure: {outcomes: {granted: 90, refused: 10}}
  conference: {outcomes: {admit: 60, admit_with_conditions: 15, integrate: 8, waitlist: 5, refer_elsewhere: 4, not_eligible: 4, declined: 3, no_consensus: 1}}
  sign_project: {outcomes: {signed: 92, rewrite: 6, declined: 2}}
  choose_host: {outcomes: {chosen: 75, search_again: 20, no_host: 5}}
  host_accepts: {outcomes: {accepts: 75, host_declined: 25}}
  placement: {outcomes: {completed: 55, hired: 20, interrupted: 20, host_withdrew: 5}}
"""  # noqa: E501


def run(*, quick: bool = False) -> list[Row]:
    """Starting the processes is part of the time. The long way has three times as many moves."""
    pack = default_pack()
    plan = load_protocol(pack / "protocols/presa-in-carico/1.0.0.yaml")
    long_way = read_shares(LONG_WAY, "long.yaml", [plan], load_territory(pack))
    cases = 500 if quick else 6_000
    rows = []
    for name, shares in (("Simulation", None), ("Simulation, long way", long_way)):
        for processes in (1, 2):
            row = _measured(plan, shares, cases, processes, f"{name}, {processes} process(es)")
            rows.append(row.reaching(GOAL) if processes == 2 else row)
    return rows


def _measured(plan: Plan, shares: Shares | None, cases: int, processes: int, name: str) -> Row:
    before = perf_counter()
    found = simulate(plan, default_pack(), shares, cases=cases, processes=processes)
    seconds = perf_counter() - before
    moves = sum(tally.moves for tally in found.tallies)
    return Row(name, cases / seconds, UNIT, detail={"moves a case": moves / cases})
