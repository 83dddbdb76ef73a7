from django.apps import AppConfig

from kexiang.core.providers import provide


class AccountsConfig(AppConfig):
    name = "kexiang.accounts"
    label = "accounts"
    verbose_name = "人员与单位"

    def ready(self) -> None:
        from kexiang.accounts import menus, queries  # noqa: PLC0415 -- models are ready only here

        provide("workbench.menu", menus.menu)
        provide("people.names", queries.display_names)
