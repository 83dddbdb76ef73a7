from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "kexiang.reference"
    label = "reference"
    verbose_name = "基础数据"
