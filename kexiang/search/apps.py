from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One Chinese search over whatever the contexts above register as sources."""

    name = "kexiang.search"
    label = "search"
    verbose_name = "检索"

    def ready(self) -> None:
        from kexiang.core.providers import provide  # noqa: PLC0415 -- apps must be loaded first
        from kexiang.search import menus, queries, saving  # noqa: PLC0415 -- as above

        provide("workbench.menu", menus.menu)
        provide("workbench.todos", queries.todos)
        provide("accounts.person_closed", saving.forget_person)
