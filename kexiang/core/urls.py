"""Probes and the addresses every page refers to."""

from django.urls import path

from kexiang.core import views

app_name = "core"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_text, name="metrics"),
    path("preferences", views.preferences, name="preferences"),
    path("ui/", views.components, name="components"),
]
