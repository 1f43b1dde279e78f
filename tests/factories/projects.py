"""Factories of partnerships, projects and notices: valid by default, with both sides, and their digest columns in step."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from atlas.names import slugify
from projects import models
from tests.factories.atlas import CollectivityFactory, CountryFactory, ForeignAuthorityFactory, ThemeFactory


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


class NoticeContactFactory(DjangoModelFactory):
    """Somebody of a town of Senegal that the atlas may not hold yet, whose address is confirmed."""

    country = factory.SubFactory(CountryFactory)
    authority_name = factory.Sequence(lambda n: f"Mbour {n}")
    name = "Awa Diop"
    function = "Secrétaire municipale"
    email = factory.Sequence(lambda n: f"mairie{n}@ville.example")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=180))
    confirmed_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = models.NoticeContact

    @factory.lazy_attribute
    def token_hash(self):
        return hashlib.sha256(models.NoticeContact(uuid=self.uuid).token.encode()).hexdigest()

    uuid = factory.Faker("uuid4", cast_to=None)


class NoticeFactory(DjangoModelFactory):
    """A published request of a French commune. `foreign=` gives a foreign author instead; `theme=` adds a theme."""

    direction = models.NoticeDirection.REQUEST
    collectivity = factory.SubFactory(CollectivityFactory)
    title = factory.Sequence(lambda n: f"Ville du littoral cherche partenaire pour l’eau {n}")
    slug = factory.LazyAttribute(lambda o: slugify(o.title))
    need = "Nous cherchons une commune qui gère elle-même son eau, pour échanger et bâtir un projet."
    sought = ["partnership"]
    languages = ["fr"]
    publication = models.NoticePublication.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=100))

    class Meta:
        model = models.PartnershipNotice
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(publication="draft", published_at=None, expires_on=None)
        expired = factory.Trait(
            published_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=300)),
            expires_on=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1)),
        )
        closed = factory.Trait(
            publication="closed", outcome="contacts", closed_on=factory.LazyFunction(timezone.localdate)
        )
        # Of a foreign author: the authority is known, and its correspondent has confirmed the address.
        foreign = factory.Trait(
            collectivity=None,
            foreign_authority=factory.SubFactory(ForeignAuthorityFactory),
            contact=factory.SubFactory(
                NoticeContactFactory,
                country=factory.SelfAttribute("..foreign_authority.country"),
                foreign_authority=factory.SelfAttribute("..foreign_authority"),
            ),
        )
        # Proposed by a town that the atlas does not hold: it waits for the embassy.
        waiting = factory.Trait(
            collectivity=None,
            contact=factory.SubFactory(NoticeContactFactory),
            publication="submitted",
            published_at=None,
            expires_on=None,
        )

    @factory.post_generation
    def theme(self, create, extracted, **kwargs):
        if extracted:
            self.themes.add(extracted)

    @factory.post_generation
    def country(self, create, extracted, **kwargs):
        if extracted:
            self.countries.add(extracted)

    @factory.post_generation
    def digest(self, create, extracted, **kwargs):
        from projects import services

        services.refresh_notice_digest([self.pk])
        self.refresh_from_db()
