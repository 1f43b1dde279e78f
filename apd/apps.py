from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApdConfig(AppConfig):
    name = "apd"
    verbose_name = _("Aide publique au développement")
