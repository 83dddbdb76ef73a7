from django.apps import AppConfig

from kexiang.core.providers import provide


class CoreConfig(AppConfig):
    name = "kexiang.core"
    label = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from kexiang.core import mail, outgoing, views_jobs  # noqa: PLC0415 -- models are ready here

        provide("workbench.menu", views_jobs.menu)
        outgoing.channel(mail.CHANNEL, mail.send)
