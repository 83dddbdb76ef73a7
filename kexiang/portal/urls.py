"""Addresses of the public side and the first page of the workbench (design.md §3)."""

from django.urls import path

from kexiang.portal.views import help as help_pages
from kexiang.portal.views import machine, public, work

app_name = "portal"
urlpatterns = [
    path("", public.home, name="home"),
    path("search", public.search, name="search"),
    path("r/<str:uid>", public.record, name="record"),
    path("t/<str:uid>", public.record, name="test_item"),
    path("u/<str:code>", public.unit, name="unit"),
    path("units", public.unit_list, name="units"),
    path("help", help_pages.index, name="help"),
    path("help/<slug:slug>", help_pages.topic, name="help_topic"),
    path("api/v1/docs", machine.api_docs, name="api_docs"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", machine.sitemap_index, name="sitemap"),
    path("sitemap-<int:number>.xml", machine.sitemap_part, name="sitemap_part"),
    path("opensearch.xml", machine.opensearch, name="opensearch"),
    path("work/", work.home, name="work"),
]
