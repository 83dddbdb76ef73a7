from django.apps import AppConfig

from kexiang.core.providers import provide


class AuditConfig(AppConfig):
    name = "kexiang.audit"
    label = "audit"
    verbose_name = "日志"

    def ready(self) -> None:
        from kexiang.audit import menus  # noqa: PLC0415 -- models are ready only here

        provide("workbench.menu", menus.menu)
