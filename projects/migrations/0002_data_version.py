"""Statement triggers that note each change of public data (see `atlas.models.DataChange`), and the rule in force at the start."""

from django.db import migrations

from atlas.migrations._operations import note_changes

TABLES = [
    "projects_partnership",
    "projects_partnershipparty",
    "projects_partnership_themes",
    "projects_project",
    "projects_projectparty",
    "projects_projecttheme",
    "projects_projectcountry",
    "projects_projectplace",
    "projects_projectbudget",
    "projects_projectindicator",
    "projects_projectdocument",
    "projects_projectphoto",
    "projects_project_sdgs",
    "projects_countingrule",
    "projects_panoramayear",
    "projects_panoramasnapshot",
    "projects_partnershipnotice",
    "projects_partnershipnotice_themes",
    "projects_partnershipnotice_countries",
    "projects_partnershipnotice_regions",
]


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("atlas", "0002_data_version")]
    operations = [
        *(note_changes(table) for table in TABLES),
        # The delay that the portal used so far; the staff closes it when another one begins.
        migrations.RunSQL(
            "INSERT INTO projects_freshnessrule (months, source, created_at, updated_at)"
            " VALUES (12, 'Délai de départ', now(), now())",
            "DELETE FROM projects_freshnessrule",
        ),
    ]
