"""The staff's site."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class AtlasAdminSite(AdminSite):
    """Administration in French."""

    site_header = _("Atlas de la coopération décentralisée")
    site_title = _("Administration de l’atlas")
    index_title = _("À traiter")
