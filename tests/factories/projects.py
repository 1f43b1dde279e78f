"""Factories of partnerships and projects: valid by default, with both sides, and their digest columns in step."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from atlas.names import slugify
from projects import models
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory, ThemeFactory


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
        """`digest=False`: whoever makes many rows brings them all in step at the end."""
        if extracted is False:
            return
        from projects import services

        services.refresh_partnership_digest([self.pk])
        services.refresh_activity()
        self.refresh_from_db()


class ProjectFactory(DjangoModelFactory):
    """A published project on water in the country of its partner. `french=`, `foreign=`, `theme=` give its parts."""

    title = factory.Sequence(lambda n: f"Adduction d’eau potable du quartier {n}")
    slug = factory.LazyAttribute(lambda o: slugify(o.title))
    summary = "Forages, bornes-fontaines et formation d’un service communal de l’eau."
    publication = models.ProjectPublication.PUBLISHED
    published_at = datetime(2025, 3, 1, tzinfo=UTC)
    starts_on = date(2024, 1, 1)
    ends_on = date(2030, 12, 31)
    origin = models.Origin.AUTHORITY

    class Meta:
        model = models.Project
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(publication=models.ProjectPublication.DRAFT, published_at=None)

    @factory.post_generation
    def french(self, create, extracted, **kwargs):
        models.ProjectParty.objects.create(
            project=self, kind="collectivity", role="lead", collectivity=extracted or CollectivityFactory(**kwargs)
        )

    @factory.post_generation
    def foreign(self, create, extracted, **kwargs):
        partner = extracted or ForeignAuthorityFactory(**kwargs)
        models.ProjectParty.objects.create(
            project=self, kind="foreign_authority", role="implementing", foreign_authority=partner
        )
        models.ProjectCountry.objects.create(project=self, country=partner.country, share=100)

    @factory.post_generation
    def theme(self, create, extracted, **kwargs):
        theme = extracted or ThemeFactory(**kwargs)
        models.ProjectTheme.objects.create(project=self, theme=theme, share=100, is_primary=True)

    @factory.post_generation
    def digest(self, create, extracted, **kwargs):
        """`digest=False`: whoever makes many rows brings them all in step at the end."""
        if extracted is False:
            return
        from projects import services

        services.refresh_project_digest([self.pk])
        services.refresh_activity()
        self.refresh_from_db()
