"""Small protocols for the simulator, and the territory that they run in."""

from __future__ import annotations

from pathlib import Path

from protocols.engine.plan import Plan
from protocols.language.load import load_protocol, read_protocol
from protocols.simulation.defaults import default_shares
from protocols.simulation.replication import Replication
from protocols.simulation.shares import Shares, read_shares
from protocols.simulation.tally import Tally
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
SHIPPED = load_protocol(default_pack() / "protocols/presa-in-carico/1.0.0.yaml")
MINI = load_protocol(Path(__file__).parents[1] / "engine" / "mini.yaml")

_HEAD = """\
protocol: prova
version: {version}
title: Prova
territory: adda-martesana
valid_from: 2021-01-01
roles:
  worker: {{title: Chi lavora, held_by: {{organisation: employment}}, deputy: chief}}
  chief: {{title: Chi dirige, held_by: {{organisation: management}}}}
"""


def protocol(steps: str, version: str = "1.0.0") -> Plan:
    """A plan from its `steps:` and what else it has; the roles are worker and chief."""
    return read_protocol(_HEAD.format(version=version) + steps, f"prova/{version}.yaml")


def shares(plan: Plan, text: str = "") -> Shares:
    """Complete shares: the defaults, under those of a YAML text."""
    base = default_shares(plan, TERRITORY)
    return read_shares(text, "shares.yaml", [plan], TERRITORY).over(base) if text else base


def tally(plan: Plan, text: str = "", cases: int = 100, seed: int = 1) -> Tally:
    return Replication(plan, TERRITORY, shares(plan, text), cases=cases, seed=seed).run()
