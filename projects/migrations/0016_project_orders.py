"""An index for each order in which a list of projects may be asked for, and for the statuses that dates do not say."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0015_conversations")]

    operations = [
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                models.OrderBy(models.F("starts_on"), nulls_last=True),
                models.OrderBy(models.F("id")),
                name="projects_proj_oldest",
            ),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                models.OrderBy(models.F("budget_total"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="projects_proj_budget",
            ),
        ),
        migrations.AddIndex(
            model_name="project", index=models.Index(fields=["title", "id"], name="projects_proj_title")
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                condition=models.Q(("declared_status", ""), _negated=True),
                fields=["declared_status"],
                name="projects_proj_declared",
            ),
        ),
    ]
