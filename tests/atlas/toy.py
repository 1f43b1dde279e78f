"""A model that knows nothing but its workflow, and its admin: the machinery is tried on it, apart from any real rule."""

from django.db import models
from django.urls import include, path

from atlas.adminsite import AtlasAdminSite, WorkflowAdmin
from atlas.workflow import Stamp, Transition, Workflow

WORKFLOW = Workflow(
    "status",
    Transition("submit", "Déposer", ("draft", "returned"), "submitted", "toy.submit_paper"),
    Transition(
        "return",
        "Renvoyer",
        ("submitted",),
        "returned",
        "toy.review_paper",
        needs_note=True,
        stamps={"reason": Stamp.NOTE},
        is_destructive=True,
    ),
    Transition(
        "publish",
        "Publier",
        ("submitted",),
        "published",
        "toy.review_paper",
        stamps={"published_on": Stamp.TODAY, "reason": Stamp.CLEAR},
        help="Chacun peut la lire.",
    ),
)


class Paper(models.Model):
    title = models.CharField("titre", max_length=100)
    pages = models.PositiveIntegerField("pages", default=1)
    owner_id = models.IntegerField("auteur", default=0)
    status = models.CharField(
        "état",
        max_length=10,
        default="draft",
        choices=[
            ("draft", "Brouillon"),
            ("submitted", "Déposé"),
            ("returned", "Renvoyé"),
            ("published", "Publié"),
        ],
    )
    reason = models.TextField("motif", null=True, blank=True)
    published_on = models.DateField("publié le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1, editable=False)

    workflow = WORKFLOW

    class Meta:
        app_label = "toy"
        verbose_name = "note"
        constraints = [
            models.CheckConstraint(
                name="toy_paper_published",
                condition=models.Q(status="published", published_on__isnull=False)
                | (~models.Q(status="published") & models.Q(published_on__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return self.title


class PaperAdmin(WorkflowAdmin):
    list_display = ("title", "status")


site = AtlasAdminSite(name="admin")
site.register(Paper, PaperAdmin)

urlpatterns = [path("admin/", site.urls), path("", include("atlas.urls"))]
