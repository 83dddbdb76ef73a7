"""Every address of the platform, composed from the contexts."""

from django.urls import include, path

from kexiang_site.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("kexiang.accounts.urls")),
    path("", include("kexiang.audit.urls")),
    path("", include("kexiang.files.urls")),
    path("", include("kexiang.search.urls")),
    path("", include("kexiang.catalog.urls")),
    path("", include("kexiang.core.urls")),
    path("", include("kexiang.portal.urls")),
]

handler400 = "kexiang.core.views.bad_request"
handler403 = "kexiang.core.views.forbidden"
handler404 = "kexiang.core.views.not_found"
handler500 = "kexiang.core.views.server_error"
