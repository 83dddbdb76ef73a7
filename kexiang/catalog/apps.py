from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "kexiang.catalog"
    label = "catalog"
    verbose_name = "资源目录"

    def ready(self) -> None:
        """Register the search source, what the workbench shows, and who may see a file."""
        from kexiang.catalog import menu, queries, services  # noqa: PLC0415 -- models are loaded by now
        from kexiang.catalog.queries.journal_words import (  # noqa: PLC0415 -- same
            journal_words,
        )
        from kexiang.catalog.search_docs import RecordSource  # noqa: PLC0415 -- same
        from kexiang.core.providers import provide  # noqa: PLC0415 -- same
        from kexiang.search.services import register_source  # noqa: PLC0415 -- same

        register_source(RecordSource())
        provide("workbench.menu", menu.items)
        provide("workbench.todos", queries.todos)
        provide("workbench.figures", queries.work_figures)
        provide("files.subject_visible", queries.may_see_files)
        provide("audit.words", journal_words)
        provide("accounts.organisation_changed", services.owner_changed)
