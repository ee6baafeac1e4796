"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from everyid_site import views

urlpatterns = [
    path("", include("search.urls")),
    path("", include("ingest.urls")),
    path("", include("recognition.urls")),
    path("api/", include("search.api_urls")),
    path("api/", include("ingest.api_urls")),
    path("api/", include("recognition.api_urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs", views.api_reference, name="api-reference"),
    path("api/docs/<slug:group>", views.api_group, name="api-group"),
    path("healthz", views.health, name="health"),
    path("login/", auth_views.LoginView.as_view(template_name="login.html"), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", views.Password.as_view(), name="password"),
    path("admin/", admin.site.urls),
]

handler404 = "everyid_site.views.not_found"
handler403 = "everyid_site.views.forbidden"
handler500 = "everyid_site.views.server_error"
