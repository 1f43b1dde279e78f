"""Who is who, corrected: duplicates merged, heirs that take over, with what it takes to undo each."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas.querysets import MoveQuerySet

from .partners import ForeignAuthority
from .territories import Collectivity, CollectivityEvent
from .users import User


class MoveKind(models.TextChoices):
    """Why rows pass from one authority to another."""

    MERGE = "merge", _("Fusion de partenaires étrangers")
    SUCCESSION = "succession", _("Reprise par la collectivité qui succède")


class Move(models.Model):
    """Rows passed from one authority to another, in one transaction. `rows` holds each as it was before and after."""

    kind = models.CharField(_("nature"), max_length=10, choices=MoveKind)
    foreign_from = models.ForeignKey(
        ForeignAuthority, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("doublon")
    )
    foreign_into = models.ForeignKey(
        ForeignAuthority, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fiche gardée")
    )
    french_from = models.ForeignKey(
        Collectivity, models.PROTECT, null=True, blank=True, related_name="moves_out", verbose_name=_("ancienne")
    )
    french_into = models.ForeignKey(
        Collectivity, models.PROTECT, null=True, blank=True, related_name="moves_in", verbose_name=_("qui succède")
    )
    event = models.ForeignKey(
        CollectivityEvent, models.SET_NULL, null=True, blank=True, related_name="moves", verbose_name=_("événement")
    )
    counts = models.JSONField(_("ce qui est passé de l’une à l’autre"), default=dict)
    done_at = models.DateTimeField(_("faite le"), auto_now_add=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("faite par")
    )
    undone_at = models.DateTimeField(_("annulée le"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("annulée par")
    )

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("fusion ou reprise")
        verbose_name_plural = _("fusions et reprises")
        ordering = ["-pk"]
        permissions = [
            ("undo_move", _("Peut annuler une fusion ou une reprise")),
            ("take_over", _("Peut faire reprendre à une collectivité ce que tenait celle à qui elle succède")),
        ]
        constraints = [
            models.CheckConstraint(
                name="atlas_move_sides",
                condition=Q(
                    kind=MoveKind.MERGE,
                    foreign_from__isnull=False,
                    foreign_into__isnull=False,
                    french_from__isnull=True,
                    french_into__isnull=True,
                )
                | Q(
                    kind=MoveKind.SUCCESSION,
                    foreign_from__isnull=True,
                    foreign_into__isnull=True,
                    french_from__isnull=False,
                    french_into__isnull=False,
                ),
                violation_error_message=_("Une fusion unit deux partenaires, une reprise deux collectivités."),
            ),
            models.CheckConstraint(
                name="atlas_move_undone",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True) | Q(undone_at__isnull=False),
                violation_error_message=_("Une annulation porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def source(self) -> ForeignAuthority | Collectivity:
        """What the rows left."""
        return self.foreign_from or self.french_from

    @property
    def target(self) -> ForeignAuthority | Collectivity:
        """Where they are now."""
        return self.foreign_into or self.french_into


class MovedRow(models.Model):
    """One row that a move changed: its columns before (null: the move made it) and after (null: the move removed it)."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="rows", verbose_name=_("fusion ou reprise"))
    table_name = models.CharField(_("table"), max_length=63)
    row_id = models.BigIntegerField(_("ligne"))
    before = models.JSONField(_("avant"), null=True)
    after = models.JSONField(_("après"), null=True)

    class Meta:
        verbose_name = _("ligne déplacée")
        verbose_name_plural = _("lignes déplacées")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["move", "table_name", "row_id"],
                name="atlas_movedrow_once",
                violation_error_message=_("Cette ligne est déjà au journal de la fusion."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


class Distinction(models.Model):
    """Two foreign authorities that look alike, and that somebody knows to be different: never proposed again."""

    one = models.ForeignKey(ForeignAuthority, models.CASCADE, related_name="+", verbose_name=_("l’une"))
    other = models.ForeignKey(ForeignAuthority, models.CASCADE, related_name="+", verbose_name=_("l’autre"))
    said_at = models.DateTimeField(_("dit le"), auto_now_add=True)
    said_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("dit par"))

    class Meta:
        verbose_name = _("paire distincte")
        verbose_name_plural = _("paires distinctes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other"],
                name="atlas_distinction_once",
                violation_error_message=_("Ces deux fiches sont déjà dites distinctes."),
            ),
            models.CheckConstraint(
                name="atlas_distinction_order",
                condition=Q(one__lt=F("other")),
                violation_error_message=_("Une paire s’écrit dans l’ordre de ses numéros."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"
