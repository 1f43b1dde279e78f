"""What the database itself refuses of partnerships and projects. One case per named constraint."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from atlas.models import PolicyMarker
from projects.models import (
    Confirmation,
    CountingRule,
    DatePrecision,
    Delegation,
    ImportRow,
    ImportStatus,
    NameResolution,
    NameSide,
    NoticeContact,
    NoticeConversation,
    NoticeMessage,
    NoticeReminder,
    Origin,
    PanoramaSnapshot,
    PanoramaYear,
    PartKind,
    PartnerRequest,
    Partnership,
    PartnershipImport,
    PartnershipKind,
    PartnershipNotice,
    PartyConsent,
    Problem,
    Project,
    ProjectRole,
    RecordComment,
    RowStatus,
    SheetUpload,
    WaitingRecord,
)
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipPartyFactory

pytestmark = pytest.mark.django_db


def partnership(**fields) -> Partnership:
    return Partnership.objects.create(kind=PartnershipKind.TWINNING, origin=Origin.STAFF, **fields)


def party(**fields):
    return PartnershipPartyFactory(partnership=partnership(), **fields)


def same_party_twice(side: str, factory):
    def build():
        link, authority = partnership(), factory()
        for _ in range(2):
            PartnershipPartyFactory(partnership=link, **{side: authority})

    return build


def imported(**fields) -> PartnershipImport:
    given = {"file_name": "jumelages.csv", "sha256": "0" * 64, "kind": PartnershipKind.TWINNING, "content": b"x"}
    return PartnershipImport.objects.create(**given | fields)


def queued(**fields):
    given = {"line": 2, "fingerprint": "1" * 64, "values": {}, "problem": Problem.COUNTRY_UNKNOWN}
    return ImportRow.objects.create(batch=imported(), **given | fields)


def resolved(**fields):
    return NameResolution.objects.create(**{"side": NameSide.FRENCH, "key": "brest", "written": "Brest"} | fields)


def resolved_twice():
    for _ in range(2):
        resolved(collectivity=CollectivityFactory())


def project(**fields) -> Project:
    return Project.objects.create(**{"title": "Forages", "slug": "forages", "origin": Origin.STAFF} | fields)


def receipt(**fields) -> Confirmation:
    given = {"collectivity": CollectivityFactory(), "year": 2026, "at": datetime(2026, 3, 1, tzinfo=UTC), "content": {}}
    counts = {"partnership_count": 0, "project_count": 0, "sha256": "0" * 64}
    return Confirmation.objects.create(**given | counts | fields)


def asked(**fields) -> PartnerRequest:
    """A question to a partner, about a partnership unless said otherwise."""
    given = {"collectivity": CollectivityFactory(), "foreign_authority": ForeignAuthorityFactory()}
    link = {"email": "a@b.example", "expires_at": datetime(2026, 3, 1, tzinfo=UTC), "token_hash": "0" * 64}
    return PartnerRequest.objects.create(**{"partnership": partnership()} | given | link | fields)


def french_party(**fields) -> dict:
    given = {"kind": PartKind.COLLECTIVITY, "role": ProjectRole.LEAD, "collectivity": CollectivityFactory()}
    return given | fields


def named(**fields):
    """An authority asked whether it agrees to be named."""
    about = {} if "partnership" in fields else {"project": fields.pop("project", None) or project()}
    return PartyConsent.objects.create(**{"collectivity": CollectivityFactory()} | about | fields)


def part(relation: str, *rows: dict):
    """A project with these rows among its parts."""
    owner = project()
    for row in rows:
        getattr(owner, relation).create(**row)


def twice(relation: str, build, **second):
    """The same part twice, but for `second`."""

    def make():
        row = build()
        part(relation, row, row | second)

    return make


def foreign_party() -> dict:
    return {
        "kind": PartKind.FOREIGN_AUTHORITY,
        "role": ProjectRole.IMPLEMENTING,
        "foreign_authority": ForeignAuthorityFactory(),
    }


def marker() -> dict:
    return {"marker": PolicyMarker.objects.create(code="1", scores="0,1,2"), "score": 1}


BUDGET = {"year": 2025, "source": "own_cash", "planned": 10}


def waiting_twice():
    for _ in range(2):
        WaitingRecord.objects.create(
            record="project", record_id=1, contradicts=False, reasons=["never"], last_on="2026-03-01", names="",
            country_codes=[], region_codes=[],
        )  # fmt: skip


def rule(**fields):
    given = {"figure": "jumelages", "version": 1, "text": "Jumelages publiés.", "valid_from": date(2024, 1, 1)}
    return CountingRule.objects.create(**given | fields)


def rules(**fields):
    rule(valid_to=date(2025, 1, 1))
    return rule(**{"version": 2, "valid_from": date(2025, 1, 1)} | fields)


def figures_of(year: int | None):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return PanoramaYear.objects.create(year=year, figures={}, first_year=1950, data_version="1-1", computed_at=at)


def frozen(**fields):
    given = {"year": 2024, "figures": {}, "rule_versions": {}, "data_version": "1-1", "sha256": "0" * 64}
    return PanoramaSnapshot.objects.create(**given | fields)


def again(build):
    for _ in range(2):
        build()


def contact(**fields) -> NoticeContact:
    given = {"country": CountryFactory(), "authority_name": "Mbour", "name": "Awa Diop", "function": "Maire"}
    link = {"email": "a@b.example", "expires_at": datetime(2026, 3, 1, tzinfo=UTC), "token_hash": "0" * 64}
    return NoticeContact.objects.create(**given | link | fields)


def notice(**fields) -> PartnershipNotice:
    """A draft of a French commune, unless said otherwise."""
    author = {} if "contact" in fields else {"collectivity": CollectivityFactory()}
    return PartnershipNotice.objects.create(**{"title": "Eau", "slug": "eau"} | author | fields)


def conversation(**fields) -> NoticeConversation:
    """A commune's reply to a commune's notice, unless said otherwise."""
    replier = {} if "contact" in fields else {"collectivity": CollectivityFactory()}
    return NoticeConversation.objects.create(**{"notice": fields.pop("notice", None) or notice()} | replier | fields)


def replied_twice():
    first = conversation()
    conversation(notice=first.notice, collectivity=first.collectivity)


def message(**fields) -> NoticeMessage:
    return NoticeMessage.objects.create(**{"conversation": conversation(), "side": "author", "text": "x"} | fields)


IN_FORCE = {
    "publication": "published",
    "published_at": datetime(2026, 1, 1, tzinfo=UTC),
    "expires_on": date(2026, 9, 1),
}
SIGNED = {"signed_on": date(1990, 1, 1), "signed_precision": DatePrecision.YEAR}


def word(**fields):
    return RecordComment.objects.create(**{"partnership": partnership(), "text": "Bonjour"} | fields)


def reminded_twice() -> None:
    told = {"notice": notice(), "expires_on": date(2026, 9, 1)}
    for _ in range(2):
        NoticeReminder.objects.create(**told)


REFUSED = {
    "projects_noticereminder_once": reminded_twice,
    "projects_partnership_verified": lambda: partnership(verified_on=date(2026, 1, 1)),
    "projects_project_verified": lambda: project(verified_as="embassy"),
    "projects_waitingrecord_once": waiting_twice,
    "projects_recordcomment_subject": lambda: word(partnership=None),
    "projects_recordcomment_text": lambda: word(text=""),
    "projects_recordcomment_settled": lambda: word(settled_by=UserFactory()),
    "projects_partnership_merged": lambda: partnership(merged_into=partnership(), publication="published"),
    "projects_conversation_replier": lambda: conversation(contact=contact(), collectivity=CollectivityFactory()),
    "projects_conversation_once": replied_twice,
    "projects_conversation_stopped": lambda: conversation(stopped_by="author"),
    "projects_conversation_partnership": lambda: conversation(partnership=partnership()),
    "projects_noticemessage_text": lambda: message(text=""),
    "projects_noticemessage_handled": lambda: message(handled_at=datetime(2026, 3, 1, tzinfo=UTC)),
    "projects_noticecontact_named": lambda: contact(authority_name=""),
    "projects_notice_titled": lambda: notice(title=""),
    "projects_notice_author": lambda: notice(contact=contact(), collectivity=CollectivityFactory()),
    "projects_notice_published": lambda: notice(contact=contact(), **IN_FORCE),
    "projects_notice_closed": lambda: notice(**IN_FORCE | {"outcome": "contacts"}),
    "projects_notice_partnership": lambda: notice(
        **IN_FORCE | {"publication": "closed", "closed_on": date(2026, 2, 1), "outcome": "nothing"},
        partnership=partnership(),
    ),
    "projects_notice_budget": lambda: notice(budget=-1),
    "projects_partnerrequest_subject": lambda: asked(project=project()),
    "projects_partnerrequest_answered": lambda: asked(answer="confirmed"),
    "projects_partnerrequest_decided": lambda: asked(decision="accepted", decided_at=datetime(2026, 3, 1, tzinfo=UTC)),
    "projects_partyconsent_once": lambda: named(
        project=named().project, collectivity=PartyConsent.objects.get().collectivity
    ),
    "projects_partyconsent_subject": lambda: PartyConsent.objects.create(
        collectivity=CollectivityFactory(), project=project(), partnership=partnership()
    ),
    "projects_partyconsent_partnership_once": lambda: named(
        partnership=named(partnership=partnership()).partnership, collectivity=PartyConsent.objects.get().collectivity
    ),
    "projects_partyconsent_answered": lambda: named(answer="agreed"),
    "projects_confirmation_once": lambda: receipt(collectivity=receipt().collectivity),
    "projects_confirmation_sha256": lambda: receipt(sha256="trop court"),
    "projects_partnership_signed_precision": lambda: partnership(signed_on=date(1990, 1, 1)),
    "projects_partnership_dates": lambda: partnership(ended_on=date(1989, 1, 1), status="ended", **SIGNED),
    "projects_partnership_expires": lambda: partnership(expires_on=date(1989, 1, 1), **SIGNED),
    "projects_partnership_ended": lambda: partnership(ended_on=date(1999, 1, 1), status="active", **SIGNED),
    "projects_party_one_side": lambda: party(
        collectivity=CollectivityFactory(), foreign_authority=ForeignAuthorityFactory()
    ),
    "projects_party_french_once": same_party_twice("collectivity", CollectivityFactory),
    "projects_party_foreign_once": same_party_twice("foreign_authority", ForeignAuthorityFactory),
    "projects_party_dates": lambda: party(
        collectivity=CollectivityFactory(), since=date(2000, 1, 1), until=date(1999, 1, 1)
    ),
    "projects_import_done": lambda: imported(status=ImportStatus.DONE),
    "projects_importrow_resolved": lambda: queued(status=RowStatus.RESOLVED),
    "projects_nameresolution_once": resolved_twice,
    "projects_countingrule_validity": lambda: rule(valid_to=date(2023, 1, 1)),
    "projects_countingrule_written": lambda: rule(valid_from=None),
    "projects_countingrule_version": lambda: rules(version=1),
    "projects_countingrule_no_overlap": lambda: rules(valid_from=date(2024, 6, 1)),
    "projects_panoramayear_once": lambda: again(lambda: figures_of(None)),
    "projects_panoramasnapshot_once": lambda: again(frozen),
    "projects_panoramasnapshot_correction": lambda: frozen(edition=2),
    "projects_nameresolution_target": lambda: resolved(country=CountryFactory()),
    "projects_project_titled": lambda: project(title=""),
    "projects_project_dates": lambda: project(starts_on=date(2025, 1, 1), ends_on=date(2024, 1, 1)),
    "projects_project_published": lambda: project(publication="published"),
    "projects_projecttheme_once": twice("theme_shares", lambda: {"theme": ThemeFactory(), "share": 50}),
    "projects_projecttheme_one_primary": lambda: part(
        "theme_shares",
        *({"theme": ThemeFactory(), "share": 50, "is_primary": True} for _ in range(2)),
    ),
    "projects_projecttheme_share": lambda: part("theme_shares", {"theme": ThemeFactory(), "share": 0}),
    "projects_projectcountry_once": twice("country_shares", lambda: {"country": CountryFactory(), "share": 50}),
    "projects_projectcountry_share": lambda: part("country_shares", {"country": CountryFactory(), "share": 110}),
    "projects_projectparty_named": lambda: part("parties", french_party(name="Rennes")),
    "projects_projectparty_french_once": twice("parties", lambda: french_party(role=ProjectRole.FUNDING)),
    "projects_projectparty_foreign_once": twice("parties", foreign_party),
    "projects_projectparty_one_lead": lambda: part("parties", french_party(), french_party()),
    "projects_projectparty_amounts": lambda: part("parties", french_party(cash=-1)),
    "projects_projectplace_position": lambda: part("places", {"name": "Thiès", "longitude": 200, "latitude": 14}),
    "projects_projectplace_somewhere": lambda: part("places", {"name": "Thiès"}),
    "projects_projectbudget_once": twice("budget_lines", lambda: BUDGET, planned=20),
    "projects_projectbudget_amounts": lambda: part("budget_lines", BUDGET | {"planned": -1}),
    "projects_projectbudget_year": lambda: part("budget_lines", BUDGET | {"year": 19}),
    "projects_indicatorperiod_dates": lambda: (
        project()
        .indicators.create(title="Forages")
        .periods.create(starts_on=date(2025, 1, 1), ends_on=date(2024, 1, 1))
    ),
    "projects_delegation_once": lambda: [
        Delegation.objects.create(member=pair[0], delegate=pair[1])
        for pair in [(CollectivityFactory(), CollectivityFactory())] * 2
    ],
    "projects_delegation_other": lambda: (lambda one: Delegation.objects.create(member=one, delegate=one))(
        CollectivityFactory()
    ),
    "projects_delegation_ended": lambda: Delegation.objects.create(
        member=CollectivityFactory(), delegate=CollectivityFactory(), ended_at=datetime(2000, 1, 1, tzinfo=UTC)
    ),
    "projects_sheetupload_done": lambda: SheetUpload.objects.create(
        collectivity=CollectivityFactory(), file_name="a.xlsx", sha256="0" * 64, status="done", content=b"x"
    ),
    "projects_projectmarker_once": twice("markers", marker),
    "projects_projectmarker_score": lambda: part("markers", marker() | {"score": 3}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        REFUSED[name]()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_a_party_belongs_to_one_side():
    with pytest.raises(IntegrityError), transaction.atomic():
        party()
