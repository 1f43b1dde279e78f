"""The staff's pages of partnerships: records with their parties, imports shown before they are written, the queue."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from atlas.permissions import OFFICERS
from atlas.services import accounts
from projects import services
from projects.models import ImportRow, ImportStatus, NameResolution, Partnership, PartnershipImport, RowStatus
from tests.factories.atlas import CollectivityFactory, ForeignAuthorityFactory, UserFactory
from tests.factories.projects import PartnershipFactory
from tests.projects.test_import_services import KIEL, MIXED, file, run
from tests.projects.world import commune, make_world

pytestmark = pytest.mark.django_db
ADD = "/admin/projects/partnershipimport/add/"


@pytest.fixture
def officer(client):
    """An officer of the DCTCIV, with the rights of the group and no other."""
    user = UserFactory(staff=True)
    user.groups.add(accounts.ensure_groups()[OFFICERS])
    client.force_login(user)
    return user


@pytest.fixture
def world():
    return make_world()


def text_of(response) -> str:
    """The page, with plain spaces for the fine ones of French figures."""
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def upload(client, content: bytes, name: str = "jumelages.csv", **fields):
    given = {"file": SimpleUploadedFile(name, content), "kind": "twinning", "source": "", "mapping": "", **fields}
    return client.post(ADD, given)


# --- Imports ------------------------------------------------------------------------------------------------------------


def test_a_file_too_big_is_told_its_size_and_nothing_is_written(client, officer, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    response = upload(client, b"x" * 300_000, source="Enquête 2026")
    assert "il pèse 293,0 Kio" in text_of(response)
    assert "obligatoire" not in response.context["form"].errors["file"][0]
    assert 'value="Enquête 2026"' in text_of(response)
    assert not PartnershipImport.objects.exists()


def test_a_file_is_shown_then_confirmed(client, officer, world):
    response = upload(client, file(*MIXED))
    batch = PartnershipImport.objects.get()
    assert response.url == batch.get_absolute_url()
    assert not Partnership.objects.exists()
    page = text_of(client.get(response.url))
    for text in ("8 lignes lues", "répète la ligne 2", "Saint-Denis – Kiel", "Confirmer l’import"):
        assert text in page
    confirm = reverse("admin:projects_partnershipimport_confirm", args=[batch.pk])
    assert client.get(confirm).status_code == 405
    page = text_of(client.post(confirm, follow=True))
    assert "3 partenariats créés, 4 lignes à résoudre" in page
    assert Partnership.objects.count() == 3
    batch.refresh_from_db()
    assert (batch.status, batch.by) == (ImportStatus.DONE, officer)
    assert "déjà importé" in client.post(confirm, follow=True).content.decode()
    assert Partnership.objects.count() == 3


def test_a_preview_can_be_given_up(client, officer, world):
    upload(client, file(*MIXED))
    batch = PartnershipImport.objects.get()
    client.post(reverse("admin:projects_partnershipimport_cancel", args=[batch.pk]))
    assert not PartnershipImport.objects.exists()


def test_the_faults_of_a_file_are_listed_by_line_and_nothing_is_kept(client, officer, world):
    page = upload(client, file("Brest,Kiel,Allemagne,999,0", ",Kiel,Allemagne,,")).content.decode()
    for text in ("refusé", "ligne 2", "ligne 3", "partenaire_lat", "collectivite_francaise"):
        assert text in page
    assert not PartnershipImport.objects.exists()


def test_a_column_is_mapped_in_the_form(client, officer, world):
    header = "collectivite,Ville jumelle,pays"
    response = upload(client, file("Brest,Kiel,Allemagne", header=header), mapping="Ville jumelle = partenaire")
    assert response.status_code == 302
    page = upload(client, file("Brest,Kiel,Allemagne", header=header), mapping="Ville jumelle").content.decode()
    assert "écrivez «\u00a0en-tête = champ\u00a0»" in page


# --- The queue ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(world):
    run(f"Saint-Denis,Kiel,{KIEL}", "Saint-Denis,Kleindorf,Allemagne,51,9", f"Atlantide,Kiel,{KIEL}")
    return list(ImportRow.objects.order_by("line"))


def test_the_queue_is_the_first_page_of_the_staff(client, officer, queue):
    page = text_of(client.get(reverse("admin:index")))
    assert "3 lignes d’import à résoudre" in page
    assert client.get("/admin/projects/importrow/?status__exact=queued").status_code == 200


def test_the_demonstration_says_so_in_the_administration_too(client, officer, settings):
    said = "aucun chiffre n’est à citer"
    assert said not in text_of(client.get(reverse("admin:index")))
    settings.DEMO = True
    assert said in text_of(client.get(reverse("admin:index")))
    assert said in text_of(client.get(ADD))


def test_one_click_settles_a_name_everywhere(client, officer, world, queue):
    address = reverse("admin:projects_importrow_change", args=[queue[0].pk])
    page = client.get(address).content.decode()
    choice = f"french:{world['denis_93'].pk}"
    assert f'value="{choice}"' in page
    assert "Seine-Saint-Denis" in page
    resolve = reverse("admin:projects_importrow_resolve", args=[queue[0].pk])
    assert client.get(resolve).status_code == 405
    response = client.post(resolve, {"choice": choice, "scope": "name"})
    # What waits next is shown at once.
    assert response.url == reverse("admin:projects_importrow_change", args=[queue[2].pk])
    assert "2 lignes sont réglées" in client.get(response.url).content.decode()
    assert Partnership.objects.count() == 2
    assert NameResolution.objects.get().by == officer
    page = client.get(address).content.decode()
    assert "Résolue" in page
    assert "Jumelage Saint-Denis – Kiel" in page


def test_numbers_of_rows_over_a_thousand_are_not_written_as_figures(client, officer, world):
    """French figures part thousands by a space: «french:12 345» designates nobody."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE atlas_collectivity_id_seq RESTART WITH 12345")
        cursor.execute("ALTER SEQUENCE projects_partnershipimport_id_seq RESTART WITH 6789")
    commune("Montreuil", "93048", "93"), commune("Montreuil", "62588", "62")
    batch = run(f"Montreuil,Kiel,{KIEL}")
    row = ImportRow.objects.get()
    assert "batch__id__exact=6789" in client.get(batch.get_absolute_url()).content.decode()
    page = client.get(reverse("admin:projects_importrow_change", args=[row.pk])).content.decode()
    answers = re.findall(r'name="choice" value="([^"]*)"', page)
    assert sorted(answers) == ["french:12345", "french:12346"]
    client.post(reverse("admin:projects_importrow_resolve", args=[row.pk]), {"choice": answers[0], "scope": "name"})
    assert Partnership.objects.count() == 1


def test_a_decision_may_be_kept_to_its_row(client, officer, world, queue):
    resolve = reverse("admin:projects_importrow_resolve", args=[queue[0].pk])
    client.post(resolve, {"choice": f"french:{world['denis_93'].pk}", "scope": "row"})
    assert Partnership.objects.count() == 1
    assert not NameResolution.objects.exists()


def test_another_authority_can_be_looked_for(client, officer, world, queue):
    address = reverse("admin:projects_importrow_change", args=[queue[2].pk])
    page = client.get(address, {"q": "brést"}).content.decode()
    assert f'value="french:{world["brest"].pk}"' in page
    assert "Rien ne porte ce nom" in client.get(address, {"q": "zzz"}).content.decode()


def test_a_row_is_ignored_and_taken_back(client, officer, queue):
    row = queue[2]
    client.post(reverse("admin:projects_importrow_ignore", args=[row.pk]))
    row.refresh_from_db()
    assert (row.status, row.resolved_by) == (RowStatus.IGNORED, officer)
    assert (
        "Remettre dans la file"
        in client.get(reverse("admin:projects_importrow_change", args=[row.pk])).content.decode()
    )
    client.post(reverse("admin:projects_importrow_reopen", args=[row.pk]))
    row.refresh_from_db()
    assert row.status == RowStatus.QUEUED


@pytest.mark.parametrize("choice", ["", "french", "french:0", "french:x", f"french:{'9' * 30}", "x:1", "partner:-1"])
def test_a_forged_choice_changes_nothing(client, officer, queue, choice):
    resolve = reverse("admin:projects_importrow_resolve", args=[queue[0].pk])
    assert "n’existe pas" in client.post(resolve, {"choice": choice}, follow=True).content.decode()
    assert not Partnership.objects.exists()


def test_a_wrong_decision_is_deleted_and_asked_again(client, officer, world, queue):
    services.resolve_row(queue[0].pk, "french", world["denis_93"].pk, actor=officer)
    decision = NameResolution.objects.get()
    client.post(reverse("admin:projects_nameresolution_delete", args=[decision.pk]), {"post": "yes"})
    assert not NameResolution.objects.exists()
    assert run(f"Saint-Denis,Eckernförde,{KIEL}").counts["queued"] == 1


def test_staff_without_the_group_can_do_nothing(client, world, queue, staff):
    batch = services.preview_import(file(MIXED[0]), "a.csv", actor=None)
    client.force_login(staff)
    assert client.get(ADD).status_code == 403
    for name, pk in (
        ("partnershipimport_confirm", batch.pk),
        ("partnershipimport_cancel", batch.pk),
        ("importrow_resolve", queue[0].pk),
        ("importrow_ignore", queue[0].pk),
        ("importrow_reopen", queue[0].pk),
    ):
        answer = client.post(reverse(f"admin:projects_{name}", args=[pk]), {"choice": f"french:{world['brest'].pk}"})
        assert answer.status_code == 403, name
    assert client.get(reverse("admin:projects_importrow_change", args=[queue[0].pk])).status_code == 403
    assert client.get(batch.get_absolute_url()).status_code == 403


# --- Partnerships -----------------------------------------------------------------------------------------------------------


def record(*parties: dict, **fields) -> dict:
    """What the form sends."""
    data = {
        "kind": "twinning",
        "title": "",
        "status": "active",
        "signed_on": "1964-01-01",
        "signed_precision": "year",
        "parties-TOTAL_FORMS": len(parties),
        "parties-INITIAL_FORMS": sum("id" in party for party in parties),
        **fields,
    }
    for number, party in enumerate(parties):
        data |= {f"parties-{number}-{name}": value for name, value in {"role": "lead", **party}.items()}
    return data


def test_a_partnership_is_made_with_its_parties_then_published(client, officer):
    brest, kiel = CollectivityFactory(name="Brest"), ForeignAuthorityFactory(name_fr="Kiel")
    address = reverse("admin:projects_partnership_add")
    response = client.post(address, record({"collectivity": brest.pk}, {"foreign_authority": kiel.pk}))
    assert response.status_code == 302, response.context["errors"]
    made = Partnership.objects.get()
    assert (made.french_ids, made.foreign_ids) == ([brest.pk], [kiel.pk])
    assert (made.publication, made.origin, made.created_by) == ("draft", "staff", officer)
    brest.refresh_from_db()
    assert brest.partnership_count == 0
    client.post(reverse("admin:projects_partnership_gesture", args=[made.pk, "publish"]), {"note": ""})
    made.refresh_from_db()
    brest.refresh_from_db()
    assert (made.publication, brest.partnership_count) == ("published", 1)
    listed = client.get(reverse("admin:projects_partnership_changelist"), {"q": "KIEL"}).content.decode()
    assert "Brest – Kiel" in listed


@pytest.mark.parametrize("side", ["collectivity", "foreign_authority"])
def test_a_partnership_of_one_side_is_refused(client, officer, side):
    authority = CollectivityFactory() if side == "collectivity" else ForeignAuthorityFactory()
    page = client.post(reverse("admin:projects_partnership_add"), record({side: authority.pk}))
    assert "une partie française et une partie étrangère" in page.content.decode()
    assert not Partnership.objects.exists()


def test_a_party_that_is_replaced_is_counted_no_longer(client, officer):
    twinning = PartnershipFactory()
    french, foreign = (
        twinning.parties.get(**{f"{side}__isnull": False}) for side in ("collectivity", "foreign_authority")
    )
    other, before = CollectivityFactory(name="Brest"), french.collectivity
    sent = record(
        {"id": french.pk, "partnership": twinning.pk, "collectivity": before.pk, "DELETE": "on"},
        {"id": foreign.pk, "partnership": twinning.pk, "foreign_authority": foreign.foreign_authority_id},
        {"partnership": twinning.pk, "collectivity": other.pk},
        read_version=twinning.version,
    )
    response = client.post(reverse("admin:projects_partnership_change", args=[twinning.pk]), sent)
    assert response.status_code == 302, response.context["errors"]
    twinning.refresh_from_db()
    before.refresh_from_db()
    other.refresh_from_db()
    assert twinning.french_ids == [other.pk]
    assert (before.partnership_count, other.partnership_count) == (0, 1)


def test_the_list_costs_the_same_however_long(client, officer, django_assert_max_num_queries):
    address = reverse("admin:projects_partnership_changelist")
    PartnershipFactory()
    client.get(address)
    with django_assert_max_num_queries(20) as few:
        client.get(address)
    PartnershipFactory.create_batch(8)
    with django_assert_max_num_queries(20) as many:
        client.get(address)
    assert len(few) == len(many)
