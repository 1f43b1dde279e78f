from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Partenariats et projets")

    def ready(self) -> None:
        # Models are loaded by now, not before.
        from atlas import completeness, maps, search
        from atlas.filters import lists
        from projects import history, waiting
        from projects.completeness import CONFIRMED_SHEET, FRESH_RECORDS
        from projects.exports.lists import LISTS
        from projects.maps import NOTICES, PARTNERSHIPS, PROJECTS
        from projects.search import PARTNERS
        from projects.search import PROJECTS as SUGGESTED

        maps.register(PARTNERSHIPS)
        maps.register(PROJECTS)
        maps.register(NOTICES)
        search.register(SUGGESTED)
        search.register_partners(PARTNERS)
        for listed in LISTS:
            lists.register(listed)
        completeness.register(CONFIRMED_SHEET)
        completeness.register(FRESH_RECORDS)
        history.declare()
        waiting.declare()
        import_module("projects.rules")
        # Says what becomes of partnerships and projects when an authority becomes another one.
        import_module("projects.services.references")
