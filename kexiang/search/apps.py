from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One Chinese search over whatever the contexts above register as sources."""

    name = "kexiang.search"
    label = "search"
    verbose_name = "检索"
