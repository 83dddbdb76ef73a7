from django.urls import path

from kexiang.audit import views

app_name = "audit"
urlpatterns = [path("work/journal/", views.journal, name="journal")]
