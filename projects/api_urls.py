"""What `/api/v1/` offers of this app; included by `atlas.api_urls`."""

from rest_framework.routers import SimpleRouter

from projects.api import NoticeResource, PartnershipResource, ProjectResource

router = SimpleRouter(use_regex_path=False)
router.register("partnerships", PartnershipResource, "partnership")
router.register("projects", ProjectResource, "project")
router.register("notices", NoticeResource, "notice")

urlpatterns = router.urls
