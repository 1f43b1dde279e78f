"""Statement triggers that note each change of the public data of projects (see `atlas.models.DataChange`)."""

from importlib import import_module

from django.db import migrations

note_changes = import_module("projects.migrations.0002_data_version").note_changes
TABLES = [
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
]


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_projects")]
    operations = [note_changes(table) for table in TABLES]
