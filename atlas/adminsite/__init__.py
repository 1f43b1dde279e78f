"""The staff's site, and what the `admin` module of every app is made of.

`AtlasAdminSite`: the site, whose first page is a queue of work (`queue.declare`). `RecordAdmin`: a change page that reads
like a file, saves through a service and refuses lost updates. `WorkflowAdmin`: the same with transitions as buttons.
`CodeListAdmin`: import and export of code lists, with the differences shown before anything is written.
"""

from .files import ByFile, CodeListAdmin, ListResource
from .gestures import Gesture
from .queue import Work, declare
from .records import FreshForm, FreshInline, PartsInline, RecordAdmin, RecordForm, as_written
from .site import AtlasAdminSite
from .workflow import WorkflowAdmin

__all__ = [
    "AtlasAdminSite",
    "ByFile",
    "CodeListAdmin",
    "FreshForm",
    "FreshInline",
    "Gesture",
    "ListResource",
    "PartsInline",
    "RecordAdmin",
    "RecordForm",
    "Work",
    "WorkflowAdmin",
    "as_written",
    "declare",
]
