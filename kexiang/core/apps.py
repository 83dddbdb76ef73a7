from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "kexiang.core"
    label = "core"
    verbose_name = "基础"
