"""Factories of partnerships: valid by default, with both sides, and their digest columns in step."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from projects import models
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory


class PartnershipPartyFactory(DjangoModelFactory):
    class Meta:
        model = models.PartnershipParty


class PartnershipFactory(DjangoModelFactory):
    """A published twinning of 1987. `french=` and `foreign=` give the parties (made when absent)."""

    kind = models.PartnershipKind.TWINNING
    status = models.PartnershipStatus.ACTIVE
    publication = models.Publication.PUBLISHED
    signed_on = date(1987, 1, 1)
    signed_precision = models.DatePrecision.YEAR
    origin = models.Origin.STAFF

    class Meta:
        model = models.Partnership
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(publication=models.Publication.DRAFT)

    @factory.post_generation
    def french(self, create, extracted, **kwargs):
        PartnershipPartyFactory(partnership=self, collectivity=extracted or CollectivityFactory(**kwargs))

    @factory.post_generation
    def foreign(self, create, extracted, **kwargs):
        PartnershipPartyFactory(partnership=self, foreign_authority=extracted or ForeignAuthorityFactory(**kwargs))

    @factory.post_generation
    def digest(self, create, extracted, **kwargs):
        from projects import services

        services.refresh_partnership_digest([self.pk])
        services.refresh_activity()
        self.refresh_from_db()
