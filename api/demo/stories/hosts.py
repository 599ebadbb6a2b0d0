"""The hosts of the stories, all invented. Keys are how the scripts call them."""

from __future__ import annotations

from typing import Any

TRAINEES = ["TRAINEESHIP", "INCLUSION_TRAINEESHIP", "WORK_GRANT"]

HOSTS: dict[str, dict[str, Any]] = {
    "bakery": {
        "name": "Forno della Piazza", "comune": "015142", "staff": 12, "sector": "food",
        "places": 2, "jobs": ["baker", "shop"], "kinds": TRAINEES, "flags": [],
    },
    # The ex-partner of Nadia works here; her id is added to `excluded` during her story.
    "logistics": {
        "name": "Logistica Adda Nord", "comune": "015221", "staff": 60, "sector": "logistics",
        "places": 4, "jobs": ["packer", "warehouse"], "kinds": TRAINEES, "flags": ["shift_work"],
    },
    "cooperative": {
        "name": "Cooperativa Il Naviglio", "comune": "015070", "staff": 35, "sector": "services",
        "places": 3, "jobs": ["packer", "office"], "kinds": TRAINEES, "flags": [],
    },
    "forklifts": {
        "name": "Carrelli Lambro", "comune": "015175", "staff": 40, "sector": "logistics",
        "places": 2, "jobs": ["forklift", "warehouse"], "kinds": TRAINEES,
        "flags": ["testing_duty", "machinery"],
    },
    "packing": {
        "name": "Imballaggi Rivoltana", "comune": "015175", "staff": 25, "sector": "packing",
        "places": 2, "jobs": ["packer"], "kinds": TRAINEES, "flags": [],
    },
    "print_shop": {
        "name": "Grafica Martesana", "comune": "015108", "staff": 9, "sector": "printing",
        "places": 2, "jobs": ["office", "packer"], "kinds": TRAINEES, "flags": [],
    },
    "canteen": {
        "name": "Mensa dell'Adda", "comune": "015230", "staff": 14, "sector": "catering",
        "places": 2, "jobs": ["kitchen", "cleaning"], "kinds": TRAINEES, "flags": [],
    },
    "nursery": {
        "name": "Vivaio della Muzza", "comune": "015059", "staff": 18, "sector": "gardening",
        "places": 2, "jobs": ["gardening"], "kinds": TRAINEES, "flags": [],
    },
    # Five employees: one traineeship at a time (DGR Lombardia 7763/2018), and Lucia holds it.
    "workshop": {
        "name": "Officina Paullese", "comune": "015210", "staff": 5, "sector": "repair",
        "places": 2, "jobs": ["mechanic", "office"], "kinds": TRAINEES, "flags": [],
    },
    "metalwork": {
        "name": "Carpenteria Vignate", "comune": "015237", "staff": 22, "sector": "metal",
        "places": 1, "jobs": ["mechanic"], "kinds": TRAINEES, "flags": [],
    },
    "garage": {
        "name": "Autoriparazioni Liscate", "comune": "015122", "staff": 8, "sector": "repair",
        "places": 1, "jobs": ["mechanic", "warehouse"], "kinds": TRAINEES, "flags": [],
    },
    "warehouse": {
        "name": "Magazzini Idroscalo", "comune": "015205", "staff": 80, "sector": "logistics",
        "places": 5, "jobs": ["warehouse", "packer"], "kinds": TRAINEES, "flags": [],
    },
    "association": {
        "name": "Associazione Buon Vicinato", "comune": "015142", "staff": 2, "sector": "community",
        "places": 6, "jobs": ["gardening", "care"],
        "kinds": ["COMMUNITY_PROJECT", "COMMUNITY_SERVICE"], "flags": [],
    },
}  # fmt: skip
