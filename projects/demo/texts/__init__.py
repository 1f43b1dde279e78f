"""What the projects of the demonstration say, by theme. Invented, in the words of the field.

In titles and texts: `{lieu}` the foreign town, `{a_lieu}` «à Dakar», `{de_lieu}` «d’Abidjan», `{qui}` the French lead
(«la ville de Rennes»), `{de_qui}`, `{pays}`.
"""

from .culture import CULTURE
from .economy import ECONOMY
from .education import EDUCATION
from .environment import ENVIRONMENT
from .humanitarian import HUMANITARIAN
from .institutions import INSTITUTIONS
from .model import ThemeText
from .north import NORTH

TEXTS: dict[str, dict[str, ThemeText]] = {
    "humanitaire-transfrontalier": HUMANITARIAN,
    "environnement-climat-energie": ENVIRONMENT,
    "culture-patrimoine": CULTURE,
    "economie-durable": ECONOMY,
    "education-social-recherche": EDUCATION,
    "autres": INSTITUTIONS,
}

__all__ = ["NORTH", "TEXTS", "ThemeText"]
