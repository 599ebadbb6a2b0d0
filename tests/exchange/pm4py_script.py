"""Run with PM4Py's own interpreter, never imported: reads our exports and judges the same logs.

`python pm4py_script.py read FILE.xes FILE.json` or `… judge NET.json LOG.xes`; prints JSON.
"""

from __future__ import annotations

import json
import sys

import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to


def read(xes: str, ocel: str) -> dict[str, object]:
    frame = pm4py.read_xes(xes)
    objects = pm4py.read_ocel2_json(ocel)
    flat = pm4py.ocel_flattening(objects, "case")
    return {
        "cases": sorted(frame["case:concept:name"].unique()),
        "activities": sorted(frame["concept:name"].unique()),
        "events": len(frame),
        "ocel_types": sorted(objects.objects["ocel:type"].unique()),
        "ocel_events": len(objects.events),
        "ocel_cases": int(flat["case:concept:name"].nunique()),
    }


def judge(net_file: str, xes: str) -> dict[str, object]:
    """`net_file`: {places, start, end, transitions: [{label, from, to}]}; label null is silent."""
    with open(net_file, encoding="utf-8") as file:
        drawn = json.load(file)
    net = PetriNet("protocol")
    places = {name: PetriNet.Place(name) for name in drawn["places"]}
    net.places.update(places.values())
    for number, one in enumerate(drawn["transitions"]):
        transition = PetriNet.Transition(f"t{number}", one["label"])
        net.transitions.add(transition)
        for name in one["from"]:
            add_arc_from_to(places[name], transition, net)
        for name in one["to"]:
            add_arc_from_to(transition, places[name], net)
    start, end = Marking({places[drawn["start"]]: 1}), Marking({places[drawn["end"]]: 1})
    log = pm4py.read_xes(xes, return_legacy_log_object=True)
    aligned = pm4py.conformance_diagnostics_alignments(log, net, start, end)
    return {
        trace.attributes["concept:name"]: {
            "cost": found["cost"] // 10_000,
            "fitness": found["fitness"],
        }
        for trace, found in zip(log, aligned, strict=True)
    }


if __name__ == "__main__":
    said = {"read": read, "judge": judge}[sys.argv[1]](*sys.argv[2:])
    json.dump(said, sys.stdout)
