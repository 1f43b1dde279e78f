"""The two sides of a record: a party is an authority of the atlas, French or foreign, which stays as long as it is named."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, ForeignAuthority


def french_side(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        Collectivity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name=related_name,
        verbose_name=_("collectivité française"),
    )


def foreign_side(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        ForeignAuthority,
        models.PROTECT,
        null=True,
        blank=True,
        related_name=related_name,
        verbose_name=_("autorité étrangère"),
    )
