"""One file for each of the ten stories of the domain; `HOSTS` are the hosts they need."""

from api.demo.stories.amadou import amadou
from api.demo.stories.dragan import dragan
from api.demo.stories.elena import elena
from api.demo.stories.hosts import HOSTS
from api.demo.stories.ivo import ivo
from api.demo.stories.k7 import k7
from api.demo.stories.lucia import lucia
from api.demo.stories.nadia import nadia
from api.demo.stories.piero import piero
from api.demo.stories.rosa import rosa
from api.demo.stories.sami import sami

STORIES = {
    "Ivo": ivo,
    "Nadia": nadia,
    "K7": k7,
    "Sami": sami,
    "Rosa": rosa,
    "Dragan": dragan,
    "Lucia": lucia,
    "Amadou": amadou,
    "Piero": piero,
    "Elena": elena,
}

__all__ = ["HOSTS", "STORIES"]
