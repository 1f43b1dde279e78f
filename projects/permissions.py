"""Who may do what to one partnership, one project or one notice."""

from dataclasses import dataclass

from django.db import models

from atlas.models import Collectivity, Country, Posting, PostingKind, Role, User
from atlas.permissions import OFFICERS, grant, has_role, rule
from projects.models import Delegation, Partnership, PartnershipNotice, PartyConsent, Project, VerifierKind
from projects.workflow import PUBLIC

WRITERS = (Role.EDITOR, Role.REPRESENTATIVE)


def _is_party(user: User, partnership: Partnership, roles: tuple[str, ...]) -> bool:
    """Whether `user` bears one of `roles` in a French authority that is a party."""
    return user.memberships.filter(
        role__in=roles, collectivity__partnership_parties__partnership_id=partnership.pk
    ).exists()


def written_for(user: User) -> set[int]:
    """Ids of the authorities whose records `user` keeps: its own, and those that entrust theirs to them."""
    own = user.memberships.filter(role__in=WRITERS)
    entrusted = Delegation.objects.standing().filter(delegate__in=own.values("collectivity"))
    return {*own.values_list("collectivity_id", flat=True), *entrusted.values_list("member_id", flat=True)}


@rule("projects.add_confirmation")
@rule("projects.add_partnershipnotice")
def confirms_for(user: User, collectivity: Collectivity) -> bool:
    """Editors and representatives confirm and speak for their authority: nobody else does in its place."""
    return has_role(user, collectivity.pk, *WRITERS)


@rule("projects.add_delegation")
@rule("projects.change_delegation")
def entrusts(user: User, subject: Collectivity | Delegation) -> bool:
    """A representative entrusts the records of its authority to another one, and takes them back."""
    return has_role(user, getattr(subject, "member_id", subject.pk), Role.REPRESENTATIVE)


@rule("projects.add_project")
@rule("projects.add_partnership")
def writes_for(user: User, collectivity: Collectivity) -> bool:
    """Editors and representatives write for their authority, and for those that entrust their records to it."""
    return collectivity.pk in written_for(user)


def _keeps(user: User, french_ids: models.QuerySet) -> bool:
    own = user.memberships.filter(role__in=WRITERS)
    agreed = Delegation.objects.standing().filter(member__in=french_ids, delegate=models.OuterRef("collectivity"))
    return own.filter(models.Q(collectivity__in=french_ids) | models.Exists(agreed)).exists()


@rule("projects.change_partnership")
def writes(user: User, partnership: Partnership) -> bool:
    """Editors and representatives of a French party keep its records; so do those it entrusts them to."""
    return _keeps(user, partnership.parties.filter(collectivity__isnull=False).values("collectivity"))


@rule("projects.publish_partnership")
def publishes(user: User, partnership: Partnership) -> bool:
    """A representative speaks for the authority: it decides what is public of it."""
    return _is_party(user, partnership, (Role.REPRESENTATIVE,))


def _holds(user: User, project: Project, roles: tuple[str, ...]) -> bool:
    """Whether `user` bears one of `roles` in a French authority that is a party."""
    return user.memberships.filter(role__in=roles, collectivity__project_parties__project_id=project.pk).exists()


@rule("projects.change_project")
def writes_project(user: User, project: Project) -> bool:
    """Editors and representatives of a French party keep its records; so do those it entrusts them to."""
    return _keeps(user, project.parties.filter(collectivity__isnull=False).values("collectivity"))


@rule("projects.publish_project")
def publishes_project(user: User, project: Project) -> bool:
    """A representative speaks for the authority: it decides what is public of it."""
    return _holds(user, project, (Role.REPRESENTATIVE,))


@rule("projects.answer_partyconsent")
def answers_for(user: User, consent: PartyConsent) -> bool:
    """A representative says whether its authority agrees to be named."""
    return has_role(user, consent.collectivity_id, Role.REPRESENTATIVE)


# --- The State's network ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """What somebody of the State's network follows: everything, or countries and régions by their codes."""

    everything: bool = False
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.countries or self.regions)

    def title_for(self, record: Partnership | Project) -> str:
        """At what title the record is followed; empty when it is not."""
        if self.countries & set(record.country_codes):
            return VerifierKind.EMBASSY
        if self.regions & set(record.region_codes):
            return VerifierKind.ADVISER
        return VerifierKind.OFFICER if self.everything else ""

    def covers(self, record: Partnership | Project) -> bool:
        """Whether the record is to be verified: officers, any; the others, of what everybody reads what they follow."""
        public = record.publication in PUBLIC
        return self.everything or (public and bool(self.title_for(record)))


def scope_of(user: User) -> Scope:
    """What `user` follows today. Officers see all of it; the postings of the others say which part (a query, two with zones)."""
    if not (user.is_authenticated and user.is_active):
        return Scope()
    if user.is_staff and user.has_perm("projects.verify_project"):
        return Scope(everything=True)
    countries, regions, zones = set(), set(), set()
    for kind, in_zones, in_countries, in_regions in Posting.objects.filter(user=user).valid_on().followed():
        if kind == PostingKind.EMBASSY:
            countries.update(in_countries)
            zones.update(in_zones)
        elif kind == PostingKind.ADVISER:
            regions.update(in_regions)
    if zones:
        countries |= set(Country.objects.filter(zone__in=zones).values_list("iso2", flat=True))
    return Scope(countries=frozenset(countries), regions=frozenset(regions))


@rule("projects.verify_partnership")
@rule("projects.verify_project")
def verifies(user: User, record: Partnership | Project) -> bool:
    """Embassies verify what concerns their countries, advisers their régions: of what everybody reads."""
    return scope_of(user).covers(record)


# --- The exchange -----------------------------------------------------------------------------------------------------


@rule("projects.change_partnershipnotice")
def writes_notice(user: User, notice: PartnershipNotice) -> bool:
    """Editors and representatives of a French author keep its notices. A foreign author does so by its link."""
    return notice.collectivity_id is not None and has_role(user, notice.collectivity_id, *WRITERS)


@rule("projects.publish_partnershipnotice")
def publishes_notice(user: User, notice: PartnershipNotice) -> bool:
    """A representative speaks for the authority."""
    return notice.collectivity_id is not None and has_role(user, notice.collectivity_id, Role.REPRESENTATIVE)


@rule("projects.check_partnershipnotice")
def checks_notice(user: User, notice: PartnershipNotice) -> bool:
    """The correspondents of the embassy in the country of a foreign author."""
    return notice.contact_id is not None and (
        user.postings.valid_on().filter(kind=PostingKind.EMBASSY, countries=notice.contact.country_id).exists()
    )


grant(
    OFFICERS,
    "projects.verify_partnership",
    "projects.verify_project",
    "projects.view_recordcomment",
    "projects.view_confirmation",
    "projects.view_partnerrequest",
    "projects.add_partnershipnotice",
    "projects.change_partnershipnotice",
    "projects.check_partnershipnotice",
    "projects.change_noticemessage",
    "projects.add_project",
    "projects.change_project",
    "projects.publish_project",
    "projects.review_project",
    *(
        f"projects.{verb}_{model}"
        for model in (
            "projectparty",
            "projecttheme",
            "projectcountry",
            "projectplace",
            "projectbudget",
            "projectindicator",
            "projectmarker",
            "projectdocument",
            "projectphoto",
        )
        for verb in ("add", "change", "delete")
    ),
    "projects.add_partnership",
    "projects.change_partnership",
    "projects.publish_partnership",
    *(f"projects.{verb}_{model}" for model in ("partnershipimport", "importrow") for verb in ("add", "change")),
    *(f"projects.{verb}_nameresolution" for verb in ("add", "change", "delete")),
    *(f"projects.{verb}_partnershipparty" for verb in ("add", "change", "delete")),
    *(f"projects.{verb}_countingrule" for verb in ("add", "view")),
    "projects.view_panoramasnapshot",
)
