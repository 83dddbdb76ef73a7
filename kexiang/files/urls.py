from django.urls import path

from kexiang.files import views

app_name = "files"
urlpatterns = [
    path("files/<str:uid>", views.file_detail, name="file_detail"),
    path("files/<str:uid>/thumb", views.file_thumb, name="file_thumb"),
]
