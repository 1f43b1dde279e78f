"""The digest that lists, facets, search and map read: who, where and on what, in the row of the record itself."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

DIGEST = ("french_ids", "foreign_ids", "region_codes", "country_codes", "theme_codes", "party_names")


class Digested(models.Model):
    """Columns that `projects.services.digest` alone writes, from the parties and the other parts of the record."""

    french_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    foreign_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    region_codes = ArrayField(models.CharField(max_length=3), default=list, editable=False)
    country_codes = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    theme_codes = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    party_names = models.TextField(default="", blank=True, editable=False)

    class Meta:
        abstract = True


def digest_indexes(stem: str) -> list[models.Index]:
    """The indexes of a digest; `stem` begins their names."""
    words = ("french", "foreign", "regions", "countries", "themes")
    return [
        *(GinIndex(fields=[column], name=f"{stem}_{word}") for column, word in zip(DIGEST[:-1], words, strict=True)),
        GinIndex(fields=["party_names"], opclasses=["gin_trgm_ops"], name=f"{stem}_names"),
    ]
