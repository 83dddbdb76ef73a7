from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The composition: commands, demo generator and bench. Nobody imports it."""

    name = "kexiang_site"
    label = "site"
