"""The demonstration's partnerships and projects: invented links between real authorities and real towns.

Nothing here is true but the names and places; each row is marked (`Origin.DEMO`, `ForeignAuthority.is_demo`) and says so. The
numbers are those of the ministry's own presentation of the field (`world.TARGETS`), and the draw is the same at each run.
"""

# In the order in which they are made: the authors of foreign notices are towns that have partnerships.
# isort: off
from . import partnerships, projects, agreements, notices, alerts
from . import verification

# isort: on

__all__ = ["agreements", "alerts", "notices", "partnerships", "projects", "verification"]
