"""Imported files: what each one did, the rows that wait for a person, and what people decided."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atlas.models import Collectivity, Country, ForeignAuthority, User
from atlas.models.base import Dated, tracked

from .partnerships import Partnership, PartnershipKind


class ImportStatus(models.TextChoices):
    """A file is shown first, then confirmed."""

    PREVIEW = "preview", _("Aperçu")
    DONE = "done", _("Importé")


class PartnershipImport(Dated):
    """A file of partnerships. Its bytes are kept between the preview and the confirmation, and not after.

    `counts`: rows, created, known, folded, completed, queued, ignored, authorities, by name. `report`: one list per
    row that deserves a word, [line, outcome, confidence, reason, what the row says].
    """

    file_name = models.CharField(_("fichier"), max_length=200)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    content = models.BinaryField(_("contenu"), null=True, editable=False)
    kind = models.CharField(
        _("nature"), max_length=25, choices=PartnershipKind, help_text=_("Celle des lignes qui n’en disent rien.")
    )
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("D’où vient ce fichier : affichée sur chaque fiche.")
    )
    mapping = models.JSONField(_("colonnes associées"), default=dict, blank=True)
    status = models.CharField(_("état"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    done_at = models.DateTimeField(_("importé le"), null=True, blank=True)
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("importé par")
    )
    counts = models.JSONField(_("décompte"), default=dict)
    report = models.JSONField(_("compte rendu"), default=list)

    class Meta:
        verbose_name = _("import de partenariats")
        verbose_name_plural = _("imports de partenariats")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="projects_import_done",
                condition=Q(status=ImportStatus.PREVIEW, done_at__isnull=True, content__isnull=False)
                | Q(status=ImportStatus.DONE, done_at__isnull=False, content__isnull=True),
                violation_error_message=_("Un import confirmé porte sa date et ne garde pas le fichier."),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("admin:projects_partnershipimport_change", args=[self.pk])


class Problem(models.TextChoices):
    """Why a row waits for a person."""

    FRENCH_UNKNOWN = "french_unknown", _("Collectivité française inconnue")
    FRENCH_AMBIGUOUS = "french_ambiguous", _("Plusieurs collectivités françaises possibles")
    FRENCH_CONTRADICTED = "french_contradicted", _("Le code et le nom se contredisent")
    COUNTRY_UNKNOWN = "country_unknown", _("Pays inconnu")
    PARTNER_IN_FRANCE = "partner_in_france", _("Partenaire en France")
    POSITION_ELSEWHERE = "position_elsewhere", _("Le point n’est pas dans le pays")
    PARTNER_AMBIGUOUS = "partner_ambiguous", _("Plusieurs partenaires possibles")


class RowStatus(models.TextChoices):
    """Life of a row of the queue."""

    QUEUED = "queued", _("À résoudre")
    RESOLVED = "resolved", _("Résolue")
    IGNORED = "ignored", _("Ignorée")


class ImportRow(Dated):
    """A row that the import would not guess. What is decided holds for the same row of any later file.

    `fingerprint` stands for what the row says of its two parties (see `projects.imports.columns.FileRow`); `values` for
    the cells, by field. `candidates` are what the import hesitated between: [{side, id, label, score, reason}].
    """

    batch = models.ForeignKey(
        PartnershipImport, models.CASCADE, related_name="rows", verbose_name=_("import"), db_index=True
    )
    line = models.PositiveIntegerField(_("ligne"))
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    values = models.JSONField(_("contenu de la ligne"))
    problem = models.CharField(_("question"), max_length=20, choices=Problem)
    reason = models.CharField(_("explication"), max_length=500, blank=True)
    candidates = models.JSONField(_("candidats"), default=list, blank=True)
    status = models.CharField(_("état"), max_length=10, choices=RowStatus, default=RowStatus.QUEUED)
    collectivity = models.ForeignKey(
        Collectivity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("collectivité française retenue"),
    )
    foreign_authority = models.ForeignKey(
        ForeignAuthority, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partenaire retenu")
    )
    partnership = models.ForeignKey(
        Partnership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_rows",
        verbose_name=_("partenariat"),
    )
    resolved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("résolue par")
    )
    resolved_at = models.DateTimeField(_("résolue le"), null=True, blank=True)

    class Meta:
        verbose_name = _("ligne à résoudre")
        verbose_name_plural = _("lignes à résoudre")
        ordering = ["batch", "line"]
        indexes = [models.Index(fields=["status", "problem"], name="projects_row_queue")]
        constraints = [
            models.CheckConstraint(
                name="projects_importrow_resolved",
                condition=Q(status=RowStatus.QUEUED, resolved_at__isnull=True)
                | (~Q(status=RowStatus.QUEUED) & Q(resolved_at__isnull=False)),
                violation_error_message=_("Une ligne résolue ou ignorée porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(file)s, ligne %(line)d") % {"file": self.batch.file_name, "line": self.line}


class NameSide(models.TextChoices):
    """Of what a name was read."""

    FRENCH = "french", _("Collectivité française")
    COUNTRY = "country", _("Pays")
    PARTNER = "partner", _("Partenaire étranger")


@tracked("NameResolutionHistory")
class NameResolution(Dated):
    """What people decided that a name means, in every file. `key` is the name made comparable, see `projects.imports`."""

    side = models.CharField(_("de quoi"), max_length=10, choices=NameSide)
    key = models.CharField(_("nom comparé"), max_length=300)
    written = models.CharField(_("nom dans le fichier"), max_length=300)
    collectivity = models.ForeignKey(
        Collectivity, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("collectivité française")
    )
    country = models.ForeignKey(
        Country, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("pays")
    )
    foreign_authority = models.ForeignKey(
        ForeignAuthority, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("partenaire étranger")
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("décidé par"))

    class Meta:
        verbose_name = _("nom résolu")
        verbose_name_plural = _("noms résolus")
        ordering = ["side", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["side", "key"],
                name="projects_nameresolution_once",
                violation_error_message=_("Ce nom est déjà résolu."),
            ),
            models.CheckConstraint(
                name="projects_nameresolution_target",
                condition=Q(
                    side=NameSide.FRENCH,
                    collectivity__isnull=False,
                    country__isnull=True,
                    foreign_authority__isnull=True,
                )
                | Q(
                    side=NameSide.COUNTRY,
                    collectivity__isnull=True,
                    country__isnull=False,
                    foreign_authority__isnull=True,
                )
                | Q(
                    side=NameSide.PARTNER,
                    collectivity__isnull=True,
                    country__isnull=True,
                    foreign_authority__isnull=False,
                ),
                violation_error_message=_("Un nom mène à ce qu’il désigne, et à rien d’autre."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.written} → {self.target}"

    @property
    def target(self) -> Collectivity | Country | ForeignAuthority:
        """What the name means."""
        return self.collectivity or self.country or self.foreign_authority
