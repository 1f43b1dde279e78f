import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
        ('projects', '0006_confirmations'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valable à partir du')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valable jusqu’au (exclu)')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('figure', models.SlugField(max_length=40, verbose_name='chiffre')),
                ('version', models.PositiveSmallIntegerField(editable=False, verbose_name='version')),
                ('text', models.TextField(max_length=2000, verbose_name='règle')),
                ('note', models.TextField(blank=True, help_text='Ce qui change, et pourquoi.', verbose_name='note')),
                ('written_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrite par')),
            ],
            options={
                'verbose_name': 'règle de comptage',
                'verbose_name_plural': 'règles de comptage',
                'ordering': ['figure', '-version'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='projects_countingrule_validity', violation_error_message='La fin de validité doit suivre son début.'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', False), models.Q(('text', ''), _negated=True)), name='projects_countingrule_written', violation_error_message='Une règle a un texte et une date de début.'), models.UniqueConstraint(fields=('figure', 'version'), name='projects_countingrule_version', violation_error_message='Cette version de la règle existe déjà.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('figure', '='), (models.Func('valid_from', 'valid_to', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='projects_countingrule_no_overlap', violation_error_message='Un chiffre n’a qu’une règle à la fois.')],
            },
        ),
        migrations.CreateModel(
            name='PanoramaSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='année')),
                ('edition', models.PositiveSmallIntegerField(default=1, verbose_name='édition')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('figures', models.JSONField(verbose_name='chiffres')),
                ('rule_versions', models.JSONField(verbose_name='versions des règles')),
                ('data_version', models.CharField(max_length=40, verbose_name='version des données')),
                ('file', models.FileField(max_length=200, upload_to='panorama/', verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte SHA-256')),
                ('frozen_at', models.DateTimeField(auto_now_add=True, verbose_name='figé le')),
                ('frozen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='figé par')),
            ],
            options={
                'verbose_name': 'édition figée du panorama',
                'verbose_name_plural': 'éditions figées du panorama',
                'ordering': ['-year', '-edition'],
                'constraints': [models.UniqueConstraint(fields=('year', 'edition'), name='projects_panoramasnapshot_once', violation_error_message='Cette édition existe déjà.'), models.CheckConstraint(condition=models.Q(('edition', 1), models.Q(('edition__gt', 1), models.Q(('note', ''), _negated=True)), _connector='OR'), name='projects_panoramasnapshot_correction', violation_error_message='Une nouvelle édition dit ce qu’elle corrige.')],
            },
        ),
        migrations.CreateModel(
            name='PanoramaYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(null=True, verbose_name='année')),
                ('figures', models.JSONField(verbose_name='chiffres')),
                ('first_year', models.PositiveSmallIntegerField(verbose_name='première année')),
                ('data_version', models.CharField(max_length=40, verbose_name='version des données')),
                ('computed_at', models.DateTimeField(verbose_name='calculés le')),
            ],
            options={
                'verbose_name': 'chiffres d’une année',
                'verbose_name_plural': 'chiffres par année',
                'ordering': [models.OrderBy(models.F('year'), descending=True, nulls_first=True)],
                'constraints': [models.UniqueConstraint(fields=('year',), name='projects_panoramayear_once', nulls_distinct=False, violation_error_message='Les chiffres de cette année sont déjà là.')],
            },
        ),
        migrations.CreateModel(
            name='CountingRuleHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valable à partir du')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valable jusqu’au (exclu)')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('figure', models.SlugField(db_index=False, max_length=40, verbose_name='chiffre')),
                ('version', models.PositiveSmallIntegerField(editable=False, verbose_name='version')),
                ('text', models.TextField(max_length=2000, verbose_name='règle')),
                ('note', models.TextField(blank=True, help_text='Ce qui change, et pourquoi.', verbose_name='note')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.countingrule')),
                ('written_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrite par')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countingrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_countingrulehistory" ("created_at", "figure", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "text", "updated_at", "valid_from", "valid_to", "version", "written_by_id") VALUES (OLD."created_at", OLD."figure", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."source", OLD."text", OLD."updated_at", OLD."valid_from", OLD."valid_to", OLD."version", OLD."written_by_id"); RETURN NULL;', hash='530f0e04b7b4d18ff1366d422c861269ae380b5c', operation='UPDATE', pgid='pgtrigger_update_update_4bfd4', table='projects_countingrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countingrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_countingrulehistory" ("created_at", "figure", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "text", "updated_at", "valid_from", "valid_to", "version", "written_by_id") VALUES (OLD."created_at", OLD."figure", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."text", OLD."updated_at", OLD."valid_from", OLD."valid_to", OLD."version", OLD."written_by_id"); RETURN NULL;', hash='6413754d4932ce0a1948a6326b718d14f33cf817', operation='DELETE', pgid='pgtrigger_delete_delete_119d9', table='projects_countingrule', when='AFTER')),
        ),
    ]
