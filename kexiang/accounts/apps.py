from django.apps import AppConfig

from kexiang.core.providers import provide


class AccountsConfig(AppConfig):
    name = "kexiang.accounts"
    label = "accounts"
    verbose_name = "人员与单位"

    def ready(self) -> None:
        from kexiang.accounts import journal_words, menus, queries, sms  # noqa: PLC0415 -- models are ready here
        from kexiang.core import outgoing  # noqa: PLC0415 -- same

        provide("workbench.menu", menus.menu)
        provide("people.names", queries.display_names)
        provide("audit.words", journal_words.words)
        outgoing.channel(sms.CHANNEL, sms.send)
