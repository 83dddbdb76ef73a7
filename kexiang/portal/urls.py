"""Addresses of the public side, and of what it keeps for a person (design.md §3)."""

from django.urls import path

from kexiang.portal.views import favourites, labels, machine, places, public, work
from kexiang.portal.views import help as help_pages

app_name = "portal"
urlpatterns = [
    path("", public.home, name="home"),
    path("search", public.search, name="search"),
    path("r/<str:uid>", public.record, name="record"),
    path("r/<str:uid>/qr.svg", labels.code, {"form": "svg"}, name="qr"),
    path("r/<str:uid>/qr.png", labels.code, {"form": "png"}, name="qr_png"),
    path("t/<str:uid>", public.record, name="test_item"),
    path("u/<str:code>", public.unit, name="unit"),
    path("units", public.unit_list, name="units"),
    path("regions", places.region_list, name="regions"),
    path("region/<str:code>", places.region, name="region"),
    path("policies", places.policy_list, name="policies"),
    path("progress", places.progress, name="progress"),
    path("labels", labels.sheet, name="labels"),
    path("help", help_pages.index, name="help"),
    path("help/<slug:slug>", help_pages.topic, name="help_topic"),
    path("feeds/<slug:kind>.atom", machine.feed, name="feed"),
    path("api/v1/docs", machine.api_docs, name="api_docs"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", machine.sitemap_index, name="sitemap"),
    path("sitemap-pages.xml", machine.sitemap_pages, name="sitemap_pages"),
    path("sitemap-<int:number>.xml", machine.sitemap_part, name="sitemap_part"),
    path("opensearch.xml", machine.opensearch, name="opensearch"),
    path("work/", work.home, name="work"),
    path("work/labels/", labels.choose, name="labels_choose"),
    path("work/favourites/", favourites.listing, name="favourites"),
    path("favourites/<str:uid>", favourites.change, name="favourite"),
]
