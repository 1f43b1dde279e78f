"""What `/api/v1/` offers of this app; included by `atlas.api_urls`."""

from rest_framework.routers import SimpleRouter

from projects.api import PartnershipResource, ProjectResource

router = SimpleRouter(use_regex_path=False)
router.register("partnerships", PartnershipResource, "partnership")
router.register("projects", ProjectResource, "project")

urlpatterns = router.urls
