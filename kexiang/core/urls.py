"""Probes and the addresses every page refers to."""

from django.urls import path

from kexiang.core import views, views_jobs

app_name = "core"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_text, name="metrics"),
    path("preferences", views.preferences, name="preferences"),
    path("work/jobs/", views_jobs.job_list, name="jobs"),
    path("work/jobs/<uuid:job_id>/revive", views_jobs.job_revive, name="job_revive"),
    path("ui/", views.components, name="components"),
]
