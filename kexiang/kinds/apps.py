from django.apps import AppConfig


class KindsConfig(AppConfig):
    """Kinds of resources as data: one TOML file each, everything else derived from it."""

    name = "kexiang.kinds"
    label = "kinds"
    verbose_name = "资源类型"
