import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('atlas', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partnership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('twinning', 'Jumelage'), ('friendship_charter', 'Pacte ou charte d’amitié'), ('cooperation_agreement', 'Convention de coopération décentralisée'), ('technical_agreement', 'Accord technique ou thématique'), ('cross_border', 'Coopération transfrontalière'), ('network', 'Réseau'), ('one_off', 'Action ponctuelle')], max_length=25, verbose_name='nature')),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='intitulé')),
                ('status', models.CharField(choices=[('active', 'Actif'), ('dormant', 'En sommeil'), ('suspended', 'Suspendu'), ('ended', 'Terminé'), ('unknown', 'Non précisé')], default='unknown', max_length=10, verbose_name='situation')),
                ('publication', models.CharField(choices=[('draft', 'Brouillon'), ('published', 'Publié'), ('archived', 'Archivé')], default='draft', max_length=10, verbose_name='publication')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signé le')),
                ('signed_precision', models.CharField(choices=[('day', 'Jour'), ('month', 'Mois'), ('year', 'Année'), ('unknown', 'Inconnue')], default='unknown', max_length=8, verbose_name='précision de la date')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('origin', models.CharField(choices=[('authority', 'Collectivité'), ('staff', 'DCTCIV'), ('embassy', 'Ambassade'), ('import', 'Fichier importé'), ('demo', 'Démonstration')], max_length=10, verbose_name='origine')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confirmed_on', models.DateField(blank=True, null=True, verbose_name='confirmé le')),
                ('french_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None)),
                ('foreign_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None)),
                ('region_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), default=list, editable=False, size=None)),
                ('country_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), default=list, editable=False, size=None)),
                ('theme_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, editable=False, size=None)),
                ('party_names', models.TextField(blank=True, default='', editable=False)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmé par')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='créé par')),
                ('themes', models.ManyToManyField(blank=True, related_name='partnerships', to='atlas.theme', verbose_name='thèmes')),
            ],
            options={
                'verbose_name': 'partenariat',
                'verbose_name_plural': 'partenariats',
                'ordering': [models.OrderBy(models.F('signed_on'), descending=True, nulls_last=True), '-pk'],
                'indexes': [models.Index(models.OrderBy(models.F('signed_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='projects_part_recent'), models.Index(fields=['publication', 'kind'], name='projects_part_public'), django.contrib.postgres.indexes.GinIndex(fields=['french_ids'], name='projects_part_french'), django.contrib.postgres.indexes.GinIndex(fields=['foreign_ids'], name='projects_part_foreign'), django.contrib.postgres.indexes.GinIndex(fields=['region_codes'], name='projects_part_regions'), django.contrib.postgres.indexes.GinIndex(fields=['country_codes'], name='projects_part_countries'), django.contrib.postgres.indexes.GinIndex(fields=['theme_codes'], name='projects_part_themes'), django.contrib.postgres.indexes.GinIndex(fields=['party_names'], name='projects_part_names', opclasses=['gin_trgm_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('signed_on__isnull', True), ('signed_precision', 'unknown')), models.Q(('signed_on__isnull', False), models.Q(('signed_precision', 'unknown'), _negated=True)), _connector='OR'), name='projects_partnership_signed_precision', violation_error_message='Une date de signature va avec sa précision.'), models.CheckConstraint(condition=models.Q(('signed_on__isnull', True), ('ended_on__isnull', True), ('ended_on__gte', models.F('signed_on')), _connector='OR'), name='projects_partnership_dates', violation_error_message='La fin ne peut pas précéder la signature.'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('status', 'ended'), _connector='OR'), name='projects_partnership_ended', violation_error_message='Un partenariat qui porte une date de fin est terminé.')],
            },
        ),
        migrations.CreateModel(
            name='PartnershipHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('twinning', 'Jumelage'), ('friendship_charter', 'Pacte ou charte d’amitié'), ('cooperation_agreement', 'Convention de coopération décentralisée'), ('technical_agreement', 'Accord technique ou thématique'), ('cross_border', 'Coopération transfrontalière'), ('network', 'Réseau'), ('one_off', 'Action ponctuelle')], max_length=25, verbose_name='nature')),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='intitulé')),
                ('status', models.CharField(choices=[('active', 'Actif'), ('dormant', 'En sommeil'), ('suspended', 'Suspendu'), ('ended', 'Terminé'), ('unknown', 'Non précisé')], default='unknown', max_length=10, verbose_name='situation')),
                ('publication', models.CharField(choices=[('draft', 'Brouillon'), ('published', 'Publié'), ('archived', 'Archivé')], default='draft', max_length=10, verbose_name='publication')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signé le')),
                ('signed_precision', models.CharField(choices=[('day', 'Jour'), ('month', 'Mois'), ('year', 'Année'), ('unknown', 'Inconnue')], default='unknown', max_length=8, verbose_name='précision de la date')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('origin', models.CharField(choices=[('authority', 'Collectivité'), ('staff', 'DCTCIV'), ('embassy', 'Ambassade'), ('import', 'Fichier importé'), ('demo', 'Démonstration')], max_length=10, verbose_name='origine')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('confirmed_on', models.DateField(blank=True, null=True, verbose_name='confirmé le')),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmé par')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='créé par')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.partnership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartnershipParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
                ('role', models.CharField(choices=[('lead', 'Chef de file'), ('member', 'Membre')], default='lead', max_length=10, verbose_name='rôle')),
                ('since', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                ('until', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                ('collectivity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='partnership_parties', to='atlas.collectivity', verbose_name='collectivité française')),
                ('foreign_authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='partnership_parties', to='atlas.foreignauthority', verbose_name='autorité étrangère')),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='projects.partnership', verbose_name='partenariat')),
            ],
            options={
                'verbose_name': 'partie',
                'verbose_name_plural': 'parties',
                'ordering': ['role', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('collectivity__isnull', True), ('foreign_authority__isnull', False)), models.Q(('collectivity__isnull', False), ('foreign_authority__isnull', True)), _connector='OR'), name='projects_party_one_side', violation_error_message='Une partie est soit française, soit étrangère.'), models.UniqueConstraint(fields=('partnership', 'collectivity'), name='projects_party_french_once', violation_error_message='Cette collectivité figure déjà dans le partenariat.'), models.UniqueConstraint(fields=('partnership', 'foreign_authority'), name='projects_party_foreign_once', violation_error_message='Cette autorité figure déjà dans le partenariat.'), models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='projects_party_dates', violation_error_message='La fin ne peut pas précéder le début.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."ended_on" IS DISTINCT FROM (NEW."ended_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."publication" IS DISTINCT FROM (NEW."publication") OR OLD."signed_on" IS DISTINCT FROM (NEW."signed_on") OR OLD."signed_precision" IS DISTINCT FROM (NEW."signed_precision") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func='INSERT INTO "projects_partnershiphistory" ("confirmed_by_id", "confirmed_on", "created_at", "created_by_id", "ended_on", "id", "kind", "note", "origin", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "publication", "signed_on", "signed_precision", "source", "status", "title", "updated_at", "uuid", "version") VALUES (OLD."confirmed_by_id", OLD."confirmed_on", OLD."created_at", OLD."created_by_id", OLD."ended_on", OLD."id", OLD."kind", OLD."note", OLD."origin", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."publication", OLD."signed_on", OLD."signed_precision", OLD."source", OLD."status", OLD."title", OLD."updated_at", OLD."uuid", OLD."version"); RETURN NULL;', hash='078cb74c48dd385a41780a8c21bffe246ff25888', operation='UPDATE', pgid='pgtrigger_update_update_c9fe9', table='projects_partnership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_partnershiphistory" ("confirmed_by_id", "confirmed_on", "created_at", "created_by_id", "ended_on", "id", "kind", "note", "origin", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "publication", "signed_on", "signed_precision", "source", "status", "title", "updated_at", "uuid", "version") VALUES (OLD."confirmed_by_id", OLD."confirmed_on", OLD."created_at", OLD."created_by_id", OLD."ended_on", OLD."id", OLD."kind", OLD."note", OLD."origin", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."publication", OLD."signed_on", OLD."signed_precision", OLD."source", OLD."status", OLD."title", OLD."updated_at", OLD."uuid", OLD."version"); RETURN NULL;', hash='1e2ed08f5730fc93143ed21cd2729dcf6d458db8', operation='DELETE', pgid='pgtrigger_delete_delete_431be', table='projects_partnership', when='AFTER')),
        ),
    ]
