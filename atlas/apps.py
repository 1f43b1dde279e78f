"""Django's application registry entries of the ground."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    name = "atlas"
    verbose_name = _("Référentiel")

    def ready(self) -> None:
        # The web process sends tasks too: it needs the Celery application, but importing this package must not.
        import_module("atlas.celery")
        # Rules about one object register themselves: without this, whoever asks first would find none.
        autodiscover_modules("permissions")
        from atlas.exports.lists import LISTS
        from atlas.filters import lists

        for listed in LISTS:
            lists.register(listed)
        # Its check keeps the known passwords of the demonstration out of every other database.
        import_module("atlas.demo")
        # Models are loaded by now, not before.
        from atlas import completeness, history, typography, waiting

        typography.install()
        completeness.register(completeness.CONTACTS)
        history.declare()
        waiting.declare()


class AtlasAdminConfig(SimpleAdminConfig):
    """Loads the `admin` module of our own apps only: `leaflet.admin` would need GDAL."""

    default_site = "atlas.adminsite.AtlasAdminSite"

    def ready(self) -> None:
        super().ready()
        for module in ("atlas.admin", "projects.admin"):
            import_module(module)
