from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExpectConfig(AppConfig):
    name = "expect"
    verbose_name = _("EXPE-CT")
