"""The pages of saved searches in the workbench."""

from django.urls import path, re_path

from kexiang.search import views

app_name = "search"
UID = "(?P<uid>[0-9A-Z]{26})"
urlpatterns = [
    path("work/searches/", views.saved_list, name="saved_list"),
    path("work/searches/new/", views.saved_create, name="saved_create"),
    re_path(rf"^work/searches/{UID}/$", views.saved_detail, name="saved_detail"),
    re_path(rf"^work/searches/{UID}/read/$", views.saved_read, name="saved_read"),
    re_path(rf"^work/searches/{UID}/delete/$", views.saved_delete, name="saved_delete"),
]
