import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('atlas', '0003_access_requests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
        ('projects', '0002_data_version'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='partnership',
            options={'ordering': [models.OrderBy(models.F('signed_on'), descending=True, nulls_last=True), '-pk'], 'permissions': [('publish_partnership', 'Peut publier et archiver un partenariat')], 'verbose_name': 'partenariat', 'verbose_name_plural': 'partenariats'},
        ),
        migrations.CreateModel(
            name='NameResolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('side', models.CharField(choices=[('french', 'Collectivité française'), ('country', 'Pays'), ('partner', 'Partenaire étranger')], max_length=10, verbose_name='de quoi')),
                ('key', models.CharField(max_length=300, verbose_name='nom comparé')),
                ('written', models.CharField(max_length=300, verbose_name='nom dans le fichier')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='décidé par')),
                ('collectivity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='atlas.collectivity', verbose_name='collectivité française')),
                ('country', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='atlas.country', verbose_name='pays')),
                ('foreign_authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='atlas.foreignauthority', verbose_name='partenaire étranger')),
            ],
            options={
                'verbose_name': 'nom résolu',
                'verbose_name_plural': 'noms résolus',
                'ordering': ['side', 'key'],
                'constraints': [models.UniqueConstraint(fields=('side', 'key'), name='projects_nameresolution_once', violation_error_message='Ce nom est déjà résolu.'), models.CheckConstraint(condition=models.Q(models.Q(('collectivity__isnull', False), ('country__isnull', True), ('foreign_authority__isnull', True), ('side', 'french')), models.Q(('collectivity__isnull', True), ('country__isnull', False), ('foreign_authority__isnull', True), ('side', 'country')), models.Q(('collectivity__isnull', True), ('country__isnull', True), ('foreign_authority__isnull', False), ('side', 'partner')), _connector='OR'), name='projects_nameresolution_target', violation_error_message='Un nom mène à ce qu’il désigne, et à rien d’autre.')],
            },
        ),
        migrations.CreateModel(
            name='PartnershipImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte SHA-256')),
                ('content', models.BinaryField(null=True, verbose_name='contenu')),
                ('kind', models.CharField(choices=[('twinning', 'Jumelage'), ('friendship_charter', 'Pacte ou charte d’amitié'), ('cooperation_agreement', 'Convention de coopération décentralisée'), ('technical_agreement', 'Accord technique ou thématique'), ('cross_border', 'Coopération transfrontalière'), ('network', 'Réseau'), ('one_off', 'Action ponctuelle')], help_text='Celle des lignes qui n’en disent rien.', max_length=25, verbose_name='nature')),
                ('source', models.CharField(blank=True, help_text='D’où vient ce fichier : affichée sur chaque fiche.', max_length=300, verbose_name='source')),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='colonnes associées')),
                ('status', models.CharField(choices=[('preview', 'Aperçu'), ('done', 'Importé')], default='preview', max_length=10, verbose_name='état')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='importé le')),
                ('counts', models.JSONField(default=dict, verbose_name='décompte')),
                ('report', models.JSONField(default=list, verbose_name='compte rendu')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='importé par')),
            ],
            options={
                'verbose_name': 'import de partenariats',
                'verbose_name_plural': 'imports de partenariats',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('done_at__isnull', True), ('status', 'preview')), models.Q(('content__isnull', True), ('done_at__isnull', False), ('status', 'done')), _connector='OR'), name='projects_import_done', violation_error_message='Un import confirmé porte sa date et ne garde pas le fichier.')],
            },
        ),
        migrations.CreateModel(
            name='NameResolutionHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('side', models.CharField(choices=[('french', 'Collectivité française'), ('country', 'Pays'), ('partner', 'Partenaire étranger')], max_length=10, verbose_name='de quoi')),
                ('key', models.CharField(max_length=300, verbose_name='nom comparé')),
                ('written', models.CharField(max_length=300, verbose_name='nom dans le fichier')),
                ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='décidé par')),
                ('collectivity', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='atlas.collectivity', verbose_name='collectivité française')),
                ('country', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='atlas.country', verbose_name='pays')),
                ('foreign_authority', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='atlas.foreignauthority', verbose_name='partenaire étranger')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.nameresolution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('line', models.PositiveIntegerField(verbose_name='ligne')),
                ('fingerprint', models.CharField(editable=False, max_length=64, unique=True)),
                ('values', models.JSONField(verbose_name='contenu de la ligne')),
                ('problem', models.CharField(choices=[('french_unknown', 'Collectivité française inconnue'), ('french_ambiguous', 'Plusieurs collectivités françaises possibles'), ('french_contradicted', 'Le code et le nom se contredisent'), ('country_unknown', 'Pays inconnu'), ('partner_in_france', 'Partenaire en France'), ('position_elsewhere', 'Le point n’est pas dans le pays'), ('partner_ambiguous', 'Plusieurs partenaires possibles')], max_length=20, verbose_name='question')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='explication')),
                ('candidates', models.JSONField(blank=True, default=list, verbose_name='candidats')),
                ('status', models.CharField(choices=[('queued', 'À résoudre'), ('resolved', 'Résolue'), ('ignored', 'Ignorée')], default='queued', max_length=10, verbose_name='état')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='résolue le')),
                ('collectivity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='atlas.collectivity', verbose_name='collectivité française retenue')),
                ('foreign_authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='atlas.foreignauthority', verbose_name='partenaire retenu')),
                ('partnership', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_rows', to='projects.partnership', verbose_name='partenariat')),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='résolue par')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='projects.partnershipimport', verbose_name='import')),
            ],
            options={
                'verbose_name': 'ligne à résoudre',
                'verbose_name_plural': 'lignes à résoudre',
                'ordering': ['batch', 'line'],
                'indexes': [models.Index(fields=['status', 'problem'], name='projects_row_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('status', 'queued')), models.Q(models.Q(('status', 'queued'), _negated=True), ('resolved_at__isnull', False)), _connector='OR'), name='projects_importrow_resolved', violation_error_message='Une ligne résolue ou ignorée porte sa date.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nameresolution',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_nameresolutionhistory" ("by_id", "collectivity_id", "country_id", "created_at", "foreign_authority_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "side", "updated_at", "written") VALUES (OLD."by_id", OLD."collectivity_id", OLD."country_id", OLD."created_at", OLD."foreign_authority_id", OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."side", OLD."updated_at", OLD."written"); RETURN NULL;', hash='58d3c547df9c11a1be003c1ee414d8d91a2ee773', operation='UPDATE', pgid='pgtrigger_update_update_c5948', table='projects_nameresolution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nameresolution',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_nameresolutionhistory" ("by_id", "collectivity_id", "country_id", "created_at", "foreign_authority_id", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "side", "updated_at", "written") VALUES (OLD."by_id", OLD."collectivity_id", OLD."country_id", OLD."created_at", OLD."foreign_authority_id", OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."side", OLD."updated_at", OLD."written"); RETURN NULL;', hash='00b7191b76703c19db6467d80723a6f5812d68bf', operation='DELETE', pgid='pgtrigger_delete_delete_87d5b', table='projects_nameresolution', when='AFTER')),
        ),
    ]
