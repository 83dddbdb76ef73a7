from django.apps import AppConfig
from django.conf import settings


class SiteConfig(AppConfig):
    """The composition: commands, demo generator and bench. Nobody imports it."""

    name = "kexiang_site"
    label = "site"

    def ready(self) -> None:
        if settings.DEMO:
            from kexiang.core.providers import provide  # noqa: PLC0415 -- only for the demo
            from kexiang_site.demo import contact  # noqa: PLC0415 -- as above

            provide("site.texts", contact.texts)
