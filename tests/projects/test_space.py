"""The private space: who enters where, projects written step by step, and nothing lost on the way."""

import csv
import io
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from atlas.completeness import Light, evaluate
from atlas.models import SDG, FormDraft, Membership, PolicyMarker, PurposeCode, SectorCategory
from projects import services
from projects.forms.themes import all_themes, theme_groups
from projects.models import Partnership, Project, ProjectParty
from projects.views.space import STEPS
from tests.factories.atlas import (
    CollectivityFactory,
    CountryFactory,
    ForeignAuthorityFactory,
    MembershipFactory,
    ThemeFactory,
    UserFactory,
)
from tests.factories.projects import PartnershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db

ROLES = ["anonymous", "outsider", "reader", "editor", "representative", "staff", "officer"]


@pytest.fixture
def representative(town):
    return MembershipFactory(collectivity=town, role="representative").user


@pytest.fixture
def draft(town):
    return ProjectFactory(draft=True, french=town, title="Écoles de Thiès")


def account(role: str, town):
    """An account that plays this part towards `town`; None for a visitor."""
    if role == "anonymous":
        return None
    if role == "outsider":
        return MembershipFactory(role="representative").user
    if role == "staff":
        return UserFactory(staff=True)
    if role == "officer":
        from atlas.services.accounts import ensure_groups

        user = UserFactory(staff=True)
        user.groups.add(ensure_groups()["dctciv"])
        return user
    return MembershipFactory(collectivity=town, role=role).user


def url(name: str, town, *args) -> str:
    return reverse(f"space:{name}", args=[town.slug, *args])


# What each role is answered by GET: reader and staff read, those who write see the forms, the others find nothing.
READ = {"outsider": 404, "reader": 200, "editor": 200, "representative": 200, "staff": 200, "officer": 200}
WRITE = READ | {"reader": 403, "staff": 403}
PUBLISH = {"outsider": 404, "reader": 404, "editor": 404, "representative": 200, "staff": 404, "officer": 200}
PAGES = {
    "dashboard": ([], READ),
    "project_list": ([], READ),
    "project_create": ([], WRITE),
    "project": (["project"], READ),
    "project_files": (["project"], WRITE),
    **{f"project_step {slug}": (["project", slug], WRITE) for slug in STEPS},
    "project_move archive": (["project", "archive"], PUBLISH),
    "partnership_list": ([], READ),
    "partnership_create": ([], WRITE),
    "partnership": (["partnership"], READ | {"reader": 302, "staff": 302}),
    "partnership_move archive": (["partnership", "archive"], PUBLISH),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_answered_what_it_may_see(client, town, draft, role, subtests):
    partnership = PartnershipFactory(draft=True, french=town)
    known = {"project": draft.uuid, "partnership": partnership.uuid}
    if user := account(role, town):
        client.force_login(user)
    for name, (args, answers) in PAGES.items():
        with subtests.test(name):
            address = url(name.partition(" ")[0], town, *(known.get(arg, arg) for arg in args))
            response = client.get(address)
            if user is None:
                assert response.status_code == 302
                assert response.url == f"{reverse('login')}?next={address}"
            else:
                assert response.status_code == answers[role]


WRITING = {
    "project_create": [],
    "project_files": ["project"],
    **{f"project_step {slug}": ["project", slug] for slug in STEPS},
    "project_copy": ["project"],
    "project_move publish": ["project", "publish"],
    "partnership_create": [],
    "partnership": ["partnership"],
    "partnership_move publish": ["partnership", "publish"],
}


@pytest.mark.parametrize("role", ["anonymous", "outsider", "reader", "staff"])
def test_who_may_not_write_writes_nothing(client, town, draft, role, subtests):
    partnership = PartnershipFactory(draft=True, french=town)
    known = {"project": draft.uuid, "partnership": partnership.uuid}
    if user := account(role, town):
        client.force_login(user)
    for name, args in WRITING.items():
        with subtests.test(name):
            address = url(name.partition(" ")[0], town, *(known.get(arg, arg) for arg in args))
            assert client.post(address, {"title": "Pirate", "_save": "stay"}).status_code in (302, 403, 404)
    assert list(Project.objects.values_list("title", "version", "publication")) == [("Écoles de Thiès", 1, "draft")]
    assert list(Partnership.objects.values_list("version", "publication")) == [(1, "draft")]


def test_a_record_of_others_does_not_exist_in_this_space(client, town, editor):
    public = ProjectFactory()
    assert client.get(public.get_absolute_url()).status_code == 200
    assert client.get(url("project", town, public.uuid)).status_code == 404
    assert client.get(url("project_step", town, public.uuid, "identite")).status_code == 404


def test_home_leads_to_the_only_authority_or_offers_the_choice(client, town, editor):
    assert client.get(reverse("space:home")).url == url("dashboard", town)
    MembershipFactory(user=editor, collectivity__name="Saint-Étienne")
    page = client.get(reverse("space:home")).content.decode()
    assert "Rennes" in page
    assert "Saint-Étienne" in page
    Membership.objects.all().delete()
    assert "Vous n’êtes membre d’aucune" in client.get(reverse("space:home")).content.decode()


def test_the_dashboard_shows_lights_drafts_and_deadlines(client, town, editor, draft):
    soon = timezone.localdate() + timezone.timedelta(days=20)
    ProjectFactory(french=town, title="Marché couvert", ends_on=soon)
    page = client.get(url("dashboard", town)).content.decode()
    assert "Projets et partenariats" in page
    assert "Écoles de Thiès" in page
    assert "Marché couvert" in page


def test_agreements_that_run_out_are_deadlines_unless_they_go_on_by_themselves(client, town, editor):
    soon = timezone.localdate() + timezone.timedelta(days=20)
    PartnershipFactory(french=town, title="Accord du fleuve", expires_on=soon)
    PartnershipFactory(french=town, title="Charte de la mer", expires_on=soon, is_tacitly_renewed=True)
    PartnershipFactory(french=town, title="Pacte des monts", expires_on=soon, status="ended")
    page = client.get(url("dashboard", town)).content.decode()
    assert "Accord du fleuve" in page
    assert "L’accord arrive à échéance le" in page
    assert "Charte de la mer" not in page
    assert "Pacte des monts" not in page


def test_the_light_follows_what_was_asked_and_what_is_old(town):
    def light():
        found = {obligation.code: state for obligation, state in evaluate(town, timezone.localdate())}
        return found["projects.fresh_records"].light

    assert light() == Light.ORANGE, "nothing published"
    project = ProjectFactory(french=town)
    assert light() == Light.GREEN
    Project.objects.filter(pk=project.pk).update(updated_at=timezone.now() - timezone.timedelta(days=400))
    assert light() == Light.ORANGE
    Project.objects.filter(pk=project.pk).update(confirmed_on=timezone.localdate())
    assert light() == Light.GREEN
    Project.objects.filter(pk=project.pk).update(publication="to_refresh")
    assert light() == Light.RED


# --- Steps ------------------------------------------------------------------------------------------------------------


def fields(page) -> dict:
    """What a browser would send back of the step shown: every field of its forms, as filled."""
    step = page.context["step"]
    data = {"seen": page.context["seen"]}
    forms = [step.main] if step.main else []
    for rows in step.sets.values():
        data |= {f"{rows.prefix}-{name}": rows.management_form[name].value() for name in rows.management_form.fields}
        forms += rows.forms
    for form in forms:
        for bound in form:
            value = bound.value()
            if value not in (None, "", False):
                data[bound.html_name] = bound.field.prepare_value(value) if hasattr(value, "quantize") else value
    return data


def save(client, address: str, **changed):
    data = fields(client.get(address)) | {"_save": "stay"} | changed
    return client.post(address, {name: value for name, value in data.items() if value is not None})


def test_a_project_is_made_step_by_step_from_a_misspelt_partner(client, town, representative):
    client.force_login(representative)
    senegal = CountryFactory()
    thies = ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn", country=senegal)
    water = ThemeFactory(name="Eau potable")
    created = client.post(url("project_create", town), {"title": "Forages de Thiès", "_save": "stay"})
    project = Project.objects.get()
    assert created.url == url("project_step", town, project.uuid, "description")
    assert (project.publication, project.origin, project.slug) == ("draft", "authority", "forages-de-thies")
    summary = client.get(url("project", town, project.uuid)).content.decode()
    assert "Indiquez au moins un pays." in summary
    assert "Choisissez au moins un thème." in summary
    # Publication is refused, with the list, and nothing moves.
    refused = client.post(url("project_move", town, project.uuid, "publish"), {"note": ""})
    assert refused.status_code == 422
    assert "Résumez le projet" in refused.content.decode()
    assert save(
        client, url("project_step", town, project.uuid, "identite"), summary="De l’eau.", starts_on="2025-01-01"
    ).status_code == 302  # fmt: skip
    parties = url("project_step", town, project.uuid, "parties")
    found = client.post(parties, fields(client.get(parties)) | {"_find": "1", "_find_name": "tiès"})
    assert [one.key for one in found.context["found"]] == ["partner:thies-sn"]
    picked = client.post(parties, fields(found) | {"_pick": "partner:thies-sn"})
    assert ProjectParty.objects.count() == 1, "picking writes nothing yet"
    assert client.post(parties, fields(picked) | {"parties-1-cash": "1 234,50", "_save": "next"}).status_code == 302
    assert project.parties.get(foreign_authority=thies).cash == 1234.50
    themes = url("project_step", town, project.uuid, "themes")
    row = {"themes-TOTAL_FORMS": "1", "themes-0-theme": water.pk}
    assert save(client, themes, **row).status_code == 302
    places = url("project_step", town, project.uuid, "lieux")
    assert save(client, places, **{"countries-TOTAL_FORMS": "1", "countries-0-country": senegal.pk}).status_code == 302
    assert client.post(url("project_move", town, project.uuid, "publish"), {"note": ""}).status_code == 302
    project.refresh_from_db()
    assert project.publication == "published"
    assert project.country_codes == ["SN"]
    assert project.foreign_ids == [thies.pk]
    town.refresh_from_db()
    assert town.project_count == 1
    client.logout()
    assert "Thiès" in client.get(project.get_absolute_url()).content.decode()


def test_every_step_saved_as_shown_changes_nothing_but_the_version(client, town, editor, draft, subtests):
    category = SectorCategory.objects.create(code="140")
    code = PurposeCode.objects.create(code="14030", name_fr="Eau potable", category=category)
    goal = SDG.objects.create(number=6, name_fr="Eau", name_en="Water")
    marker = PolicyMarker.objects.create(code="1", name_fr="Égalité", scores="0|1|2")
    draft.sdgs.add(goal)
    draft.purpose_codes.add(code)
    draft.markers.create(marker=marker, score=2)
    draft.budget_lines.create(year=2025, source="own_cash", planned=1500, obtained=None)
    draft.places.create(name="Quartier nord", longitude=-16.9, latitude=14.8)
    indicator = draft.indicators.create(title="Forages", kind="1", target=10)
    indicator.periods.create(starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30), actual=4)
    draft.parties.create(kind="association", role="funding", name="Eau vive", cash=100)
    draft.refresh_from_db()

    def stored():
        return services_view(draft)

    before = stored()
    for slug in STEPS:
        with subtests.test(slug):
            address = url("project_step", town, draft.uuid, slug)
            assert not client.get(address).context["step"].faults
            assert save(client, address).status_code == 302
            assert stored() == before
    draft.refresh_from_db()
    assert draft.version == 1 + len(STEPS)


def services_view(project) -> dict:
    relations = ("parties", "theme_shares", "country_shares", "places", "budget_lines", "indicators", "markers")
    said = {name: sorted(getattr(project, name).values_list("pk", flat=True)) for name in relations}
    said["sdgs"] = list(project.sdgs.values_list("number", flat=True))
    said["codes"] = list(project.purpose_codes.values_list("code", flat=True))
    said["measures"] = [(m.pk, m.actual) for i in project.indicators.all() for m in i.periods.all()]
    columns = ("title", "summary", "starts_on", "ends_on", "slug", "partnership", "beneficiary_count", "publication")
    return said | Project.objects.values(*columns).get(pk=project.pk)


@pytest.mark.parametrize(
    ("slug", "typed", "field", "message"),
    [
        ("identite", {"title": ""}, "title", "obligatoire"),
        (
            "identite",
            {"starts_on": "2025-06-01", "ends_on": "2025-01-01"},
            "ends_on",
            "La fin ne peut pas précéder le début.",
        ),
        ("parties", {"parties-0-role": "implementing", "parties-1-role": "bogus"}, "parties-1-role", "bogus"),
        ("parties", {"parties-1-role": "lead"}, "parties-1-role", "Un projet a un seul chef de file."),
        ("parties", {"parties-1-cash": "-5"}, "parties-1-cash", "supérieure ou égale"),
        ("parties", {"parties-0-authority": "collectivity:nulle-part"}, "parties-0-authority", "plus dans l’atlas"),
        ("lieux", {"countries-0-share": "110"}, "countries-0-share", "100"),
        (
            "budget",
            {"lines-TOTAL_FORMS": "1", "lines-0-year": "1789", "lines-0-source": "eu", "lines-0-planned": "1"},
            "lines-0-year",
            "1980",
        ),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(client, town, editor, draft, slug, typed, field, message):
    address = url("project_step", town, draft.uuid, slug)
    response = save(client, address, **typed)
    assert response.status_code == 422
    step = response.context["step"]
    forms = [step.main, *(form for rows in step.sets.values() for form in rows.forms)]
    told = {bound.html_name: bound for form in forms if form for bound in form}[field]
    assert message in " ".join(told.errors)
    assert str(told.value()) == typed[field]
    page = response.content.decode()
    anchor = "parties-titre" if told.is_hidden else told.id_for_label
    assert page.count("autofocus") == 1, "the page opens on what is wrong"
    assert f'<a href="#{anchor}">' in page
    assert f' id="{anchor}"' in page
    draft.refresh_from_db()
    assert draft.version == 1


def test_shares_over_100_are_refused_and_less_than_100_waits_in_a_draft(client, town, editor, draft):
    two = [ThemeFactory(), ThemeFactory()]
    address = url("project_step", town, draft.uuid, "themes")

    def rows(first: str, second: str) -> dict:
        return {
            "themes-TOTAL_FORMS": "2",
            "themes-0-theme": two[0].pk,
            "themes-0-share": first,
            "themes-0-is_primary": "on",
            "themes-1-theme": two[1].pk,
            "themes-1-share": second,
        }

    refused = save(client, address, **rows("60", "50"))
    assert refused.status_code == 422
    assert "Les parts font 110\xa0%" in refused.content.decode()
    assert save(client, address, **rows("60", "30")).status_code == 302
    summary = client.get(url("project", town, draft.uuid)).content.decode()
    assert "Les parts des thèmes doivent faire 100" in summary


def test_a_public_project_stays_complete(client, town, editor):
    project = ProjectFactory(french=town)
    response = save(client, url("project_step", town, project.uuid, "identite"), summary="")
    assert response.status_code == 422
    assert "Résumez le projet" in response.content.decode()
    project.refresh_from_db()
    assert project.summary
    assert project.version == 1


def test_rows_are_added_and_removed_by_buttons_alone(client, town, editor, draft):
    address = url("project_step", town, draft.uuid, "budget")
    shown = client.get(address)
    assert shown.context["step"].sets["lines"].total_form_count() == 1, "an empty row is ready"
    line = {"lines-0-year": "2025", "lines-0-source": "eu", "lines-0-planned": "10 000,50"}
    shown = client.post(address, fields(shown) | line | {"_add": "lines"})
    assert shown.context["step"].sets["lines"].total_form_count() == 2
    assert not shown.context["step"].faults
    assert shown.context["step"].sets["lines"].forms[0]["planned"].value() == "10 000,50", "what was typed stays"
    assert client.post(address, fields(shown) | {"_save": "stay"}).status_code == 302
    assert [(row.year, float(row.planned)) for row in draft.budget_lines.all()] == [(2025, 10000.5)]
    assert save(client, address, **{"lines-0-DELETE": "on"}).status_code == 302
    assert not draft.budget_lines.exists()


def test_the_country_of_the_partner_is_proposed_and_written_only_when_saved(client, town, editor, draft):
    abroad = ForeignAuthorityFactory(country=CountryFactory(iso2="DE"))
    (senegal,) = [row.country for row in draft.country_shares.all()]
    draft.country_shares.all().delete()
    address = url("project_step", town, draft.uuid, "lieux")
    assert f'<option value="{senegal.pk}" selected>' in client.get(address).content.decode()
    assert not draft.country_shares.exists()
    assert save(client, address).status_code == 302
    assert [(row.country, row.share) for row in draft.country_shares.all()] == [(senegal, 100)]
    draft.parties.create(kind="foreign_authority", role="funding", foreign_authority=abroad)
    draft.country_shares.all().delete()
    assert f'value="{senegal.pk}" selected' not in client.get(address).content.decode(), "two countries: nobody chooses"


@pytest.mark.parametrize(("role", "offered"), [("editor", "submit"), ("representative", "publish")])
def test_a_project_is_published_or_proposed_once_nothing_lacks(client, town, draft, role, offered):
    client.force_login(MembershipFactory(collectivity=town, role=role).user)
    address = url("project", town, draft.uuid)

    def moves() -> set[str]:
        return {one.name for one in client.get(address).context["transitions"]} & {"submit", "publish"}

    assert moves() == {offered}
    draft.country_shares.all().delete()
    assert moves() == set()


def test_goals_and_codes_are_proposed_from_the_theme(client, town, editor, draft):
    category = SectorCategory.objects.create(code="140")
    code = PurposeCode.objects.create(code="14030", name_fr="Eau potable", category=category)
    goal = SDG.objects.create(number=6, name_fr="Eau", name_en="Water")
    theme = ThemeFactory()
    theme.purpose_codes.add(code)
    theme.sdgs.add(goal)
    address = url("project_step", town, draft.uuid, "themes")
    shown = client.post(address, fields(client.get(address)) | {"themes-0-theme": theme.pk, "_suggest": "1"})
    assert not draft.sdgs.exists()
    sent = {**fields(shown), "sdgs": [goal.pk], "purpose_codes": [code.pk], "_save": "stay"}
    assert client.post(address, sent).status_code == 302
    assert list(draft.sdgs.all()) == [goal]
    assert list(draft.purpose_codes.all()) == [code]


def test_a_place_of_the_gazetteer_becomes_a_partner(client, town, editor, draft):
    from atlas.models import ForeignPlace

    place = ForeignPlace.objects.create(
        geonames_id=2244802, name="Tivaouane", country=CountryFactory(), longitude=-16.8, latitude=14.95
    )
    address = url("project_step", town, draft.uuid, "parties")
    found = client.post(address, fields(client.get(address)) | {"_find": "1", "_find_name": "tivaouan"})
    assert f"place:{place.pk}" in [one.key for one in found.context["found"]]
    picked = client.post(address, fields(found) | {"_pick": f"place:{place.pk}"})
    assert client.post(address, fields(picked) | {"_save": "stay"}).status_code == 302
    assert draft.parties.filter(foreign_authority__place=place, role="implementing").exists()


def test_an_editor_cannot_throw_its_own_authority_out(client, town, editor, draft):
    other = CollectivityFactory(slug="brest-29019")
    address = url("project_step", town, draft.uuid, "parties")
    response = save(client, address, **{"parties-0-authority": f"collectivity:{other.slug}"})
    assert response.status_code == 422
    assert "Gardez votre collectivité" in response.content.decode()


def test_an_indicator_of_another_project_is_out_of_reach(client, town, editor, draft):
    theirs = ProjectFactory().indicators.create(title="À eux", kind="1")
    address = url("project_step", town, draft.uuid, "resultats")
    row = {
        "indicators-TOTAL_FORMS": "1",
        "indicators-0-pk": theirs.pk,
        "indicators-0-title": "Pris",
        "indicators-0-kind": "1",
    }
    assert save(client, address, **row).status_code == 302
    theirs.refresh_from_db()
    assert theirs.title == "À eux"
    assert draft.indicators.get().title == "Pris"


# --- Two people, ended sessions, scripts ------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told_with_both_values(client, town, editor, draft, representative):
    address = url("project_step", town, draft.uuid, "identite")
    opened = fields(client.get(address))
    services.set_identity(draft, actor=representative, title="Lycées de Thiès")
    refused = client.post(address, opened | {"title": "Écoles de Thiès-Nord", "_save": "stay"})
    assert refused.status_code == 409
    assert refused.context["differences"] == [("Intitulé", "Lycées de Thiès", "Écoles de Thiès-Nord")]
    page = refused.content.decode()
    assert "Lycées de Thiès" in page
    assert 'value="Écoles de Thiès-Nord"' in page
    draft.refresh_from_db()
    assert draft.title == "Lycées de Thiès"
    # Having seen both, the second may decide.
    assert client.post(address, fields(refused) | {"_save": "stay"}).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Écoles de Thiès-Nord"


def test_two_editors_of_different_steps_do_not_meet(client, town, editor, draft, representative):
    address = url("project_step", town, draft.uuid, "description")
    opened = fields(client.get(address))
    services.set_identity(draft, actor=representative, title="Lycées de Thiès")
    assert client.post(address, opened | {"objectives": "Lire", "_save": "stay"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.objectives) == ("Lycées de Thiès", "Lire")


def test_a_session_that_ends_in_the_middle_loses_nothing(client, town, editor, draft):
    address = url("project_step", town, draft.uuid, "description")
    opened = fields(client.get(address))
    client.logout()
    sent = client.post(address, opened | {"objectives": "Apprendre à lire", "_save": "stay"})
    assert sent.url == f"{reverse('login')}?next={address}"
    asked = client.get(sent.url).content.decode()
    assert "Ce que vous avez saisi est gardé" in asked
    assert f"<title>Se connecter – {settings.SITE_NAME}</title>" in asked
    logged = client.post(
        reverse("login"), {"username": editor.email, "password": "mot-de-passe-de-test", "next": address}
    )
    assert logged.url == address
    page = client.get(address)
    assert page.context["step"].main["objectives"].value() == "Apprendre à lire"
    assert "Votre saisie est là" in page.content.decode()
    draft.refresh_from_db()
    assert not draft.objectives, "nothing is written before it is asked"
    assert client.post(address, fields(page) | {"_save": "stay"}).status_code == 302
    draft.refresh_from_db()
    assert draft.objectives == "Apprendre à lire"
    assert not FormDraft.objects.exists()
    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() > 3600


def test_what_is_typed_is_kept_while_typing_and_can_be_forgotten(client, town, editor, draft):
    address = url("project_step", town, draft.uuid, "description")
    typed = fields(client.get(address)) | {"objectives": "Apprendre", "_path": address}
    assert client.post(reverse("space:keep_draft"), typed).status_code == 204
    assert client.get(address).context["step"].main["objectives"].value() == "Apprendre"
    assert client.post(address, {"_discard": "1"}).status_code == 302
    assert not client.get(address).context["draft"]
    client.post(reverse("space:keep_draft"), typed | {"objectives": ""})
    assert not client.get(address).context["draft"], "a draft that says what is stored is not worth a word"
    assert not FormDraft.objects.exists()


def test_a_draft_is_its_author_s_alone(client, town, editor, draft, representative):
    address = url("project_step", town, draft.uuid, "description")
    typed = fields(client.get(address)) | {"objectives": "À moi", "_path": address}
    client.post(reverse("space:keep_draft"), typed)
    client.force_login(representative)
    assert "À moi" not in client.get(address).content.decode()


def test_the_autosave_has_its_limits(client, town, editor):
    keep = reverse("space:keep_draft")
    assert client.post(keep, {"_path": "/espace/x/", "a": "x" * 300_000}).status_code == 413
    assert client.post(keep, {"_path": "https://ailleurs/", "a": "x"}).status_code == 413
    assert client.post(keep, {"_path": "/espace/x/", "a": "nul\x00"}).status_code == 204
    for number in range(55):
        client.post(keep, {"_path": f"/espace/{number}/", "a": "x"})
    assert FormDraft.objects.count() == 50
    client.logout()
    assert client.post(keep, {"_path": "/espace/x/", "a": "x"}).status_code == 403
    assert client.get(keep).status_code == 405


def test_scripts_in_texts_are_shown_as_text(client, town, editor):
    script = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    project = ProjectFactory(french=town, title=script, objectives=script)
    project.documents.create(title=script, file="x.pdf", size=1)
    for address in (
        project.get_absolute_url(),
        url("project", town, project.uuid),
        url("project_step", town, project.uuid, "description"),
        url("project_list", town),
        url("dashboard", town),
        url("project_files", town, project.uuid),
    ):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


# --- Copies, publication ----------------------------------------------------------------------------------------------


def test_a_copy_says_the_same_without_dates_money_or_confirmation(client, town, editor):
    project = ProjectFactory(french=town, confirmed_on=date(2026, 1, 1))
    project.budget_lines.create(year=2025, source="eu", planned=10)
    answer = client.post(url("project_copy", town, project.uuid))
    copy = Project.objects.exclude(pk=project.pk).get()
    assert answer.url == url("project_step", town, copy.uuid, "identite")
    assert copy.title == f"{project.title} (copie)"
    assert (copy.publication, copy.starts_on, copy.confirmed_on) == ("draft", None, None)
    assert copy.slug != project.slug
    assert not copy.budget_lines.exists()
    assert copy.foreign_ids == project.foreign_ids
    assert copy.parties.count() == 2
    assert copy.theme_codes == project.theme_codes


def test_a_title_already_taken_gets_another_address(client, town, editor):
    for _ in range(2):
        client.post(url("project_create", town), {"title": "Forages", "_save": "stay"})
    assert Project.objects.count() == 2


@pytest.mark.parametrize(
    ("transition", "state", "told"),
    [
        ("submit", "draft", ["rep"]),
        ("send_back", "published", ["ed", "rep"]),
        ("ask_refresh", "published", ["ed", "rep"]),
    ],
)
def test_those_who_must_act_are_told_by_mail(
    town, transition, state, told, mailoutbox, django_capture_on_commit_callbacks
):
    users = {
        name: MembershipFactory(collectivity=town, role=role, user__email=f"{name}@example.org").user
        for name, role in (("ed", "editor"), ("rep", "representative"), ("reader", "reader"))
    }
    writer = MembershipFactory(collectivity=town, role="editor", user__is_active=True).user
    officer = account("officer", town)
    project = ProjectFactory(french=town, publication=state, title="Forages")
    actor = users["ed"] if transition == "submit" else officer
    if transition != "submit":
        writer.memberships.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        services.move(project, transition, actor=actor, note="Précisez le lieu.")
    assert sorted(message.to[0] for message in mailoutbox) == [f"{name}@example.org" for name in told]
    assert "Forages" in mailoutbox[0].subject
    assert "Précisez le lieu." in mailoutbox[0].body
    assert f"/espace/{town.slug}/projets/{project.uuid}/" in mailoutbox[0].body


# --- Partnerships -----------------------------------------------------------------------------------------------------


def test_a_partnership_is_made_corrected_published_and_archived(client, town, representative):
    client.force_login(representative)
    thies = ForeignAuthorityFactory(name_fr="Thiès", slug="thies-sn")
    create = url("partnership_create", town)
    shown = client.post(create, fields(client.get(create)) | {"kind": "twinning", "_pick": "partner:thies-sn"})
    refused = client.post(create, fields(shown) | {"signed_month": "5", "_save": "stay"})
    assert refused.status_code == 422
    assert refused.context["step"].main.errors["signed_year"] == ["Indiquez l’année."]
    sent = fields(refused) | {"signed_year": "1987", "signed_month": "5", "_save": "stay"}
    assert client.post(create, sent).status_code == 302
    link = Partnership.objects.get()
    assert (link.publication, link.signed_precision, link.signed_on) == ("draft", "month", date(1987, 5, 1))
    assert link.foreign_ids == [thies.pk]
    address = url("partnership", town, link.uuid)
    assert save(client, address, signed_month=None, title="Jumelage du fleuve").status_code == 302
    link.refresh_from_db()
    assert (link.signed_precision, link.title, link.version) == ("year", "Jumelage du fleuve", 2)
    assert client.post(url("partnership_move", town, link.uuid, "publish"), {"note": ""}).status_code == 302
    town.refresh_from_db()
    assert town.partnership_count == 1
    assert client.post(url("partnership_move", town, link.uuid, "archive"), {"note": "Fini"}).status_code == 302
    town.refresh_from_db()
    assert town.partnership_count == 0


FORMAL = {
    "formality": "limited",
    "expires_on": "2030-06-30",
    "is_tacitly_renewed": "on",
    "deliberation": "2024-117",
    "deliberated_on": "2024-05-13",
    "deliberation_url": "https://rennes.example/2024-117",
    "agreement_url": "https://rennes.example/accord.pdf",
    "languages": "français, wolof",
    "is_triangular": "on",
    "last_active_on": "2026-02-01",
}


def test_what_binds_the_two_sides_is_folded_kept_and_told(client, town, editor):
    link = PartnershipFactory(french=town)
    address = url("partnership", town, link.uuid)
    folded = "<summary>Échéance, délibération, texte de l’accord</summary>"
    page = client.get(address).content.decode()
    assert folded in page
    assert f" open>{folded}" not in page
    refused = save(client, address, **FORMAL | {"expires_on": "1986-01-01"})
    assert refused.status_code == 422
    assert list(refused.context["step"].main.errors) == ["expires_on"]
    assert save(client, address, **FORMAL).status_code == 302
    assert f" open>{folded}" in client.get(address).content.decode()
    client.logout()
    sheet = client.get(link.get_absolute_url()).content.decode()
    for said in (
        *(
            "Accord à durée limitée",
            "30 juin 2030, tacite reconduction",
            "2024-117",
            "du 13 mai 2024",
            "français, wolof",
        ),
        *("https://rennes.example/2024-117", "https://rennes.example/accord.pdf", "triangulaire", "1er février 2026"),
    ):
        assert said in sheet, said
    told = client.get(reverse("api:partnership-detail", args=[link.uuid])).json()
    yes = dict.fromkeys(("is_tacitly_renewed", "is_triangular"), True)
    assert {name: told[name] for name in FORMAL} == FORMAL | yes
    file = client.get(reverse("projects:partnership_export", args=["csv"])).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    named = ("engagement", "echeance", "tacite_reconduction", "deliberation", "deliberation_du", "triangulaire")
    assert [row[name] for name in named] == ["limited", "2030-06-30", "oui", "2024-117", "2024-05-13", "oui"]


def test_a_partnership_has_two_sides(client, town, editor):
    create = url("partnership_create", town)
    refused = save(client, create, kind="twinning")
    assert refused.status_code == 422
    assert "une partie française et une partie étrangère" in refused.content.decode()
    assert not Partnership.objects.exists()


def test_lists_show_states_and_keep_one(client, town, editor, draft):
    ProjectFactory(french=town, title="Marché couvert")
    page = client.get(url("project_list", town), {"etat": "draft"}).content.decode()
    assert "Écoles de Thiès" in page
    assert "Marché couvert" not in page
    assert client.get(url("project_list", town), {"etat": "n’importe", "page": "99"}).status_code == 200


def test_the_list_costs_the_same_however_long(client, town, editor, django_assert_max_num_queries):
    for _ in range(8):
        ProjectFactory(french=town)
    with django_assert_max_num_queries(12):
        client.get(url("project_list", town))


def test_themes_are_offered_by_family(client, town, editor):
    family = ThemeFactory(name="Environnement", position=1)
    water = ThemeFactory(name="Eau & sols", parent=family, position=1)
    alone = ThemeFactory(name="Sport", position=2)
    groups = theme_groups(all_themes())
    assert groups == [
        ("Environnement", [(family.pk, "Environnement (en général)"), (water.pk, "Eau & sols")]),
        (alone.pk, "Sport"),
    ]
    page = client.get(url("partnership_create", town)).content.decode()
    assert page.count('class="atlas-choices__group"') == 1
    assert page.count('name="themes"') == 3
