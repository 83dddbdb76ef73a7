from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "kexiang.files"
    label = "files"
    verbose_name = "附件"
