"""Registration of the portal: names of the place, navigation, calendar, readiness."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "kexiang.portal"
    label = "portal"
    verbose_name = _("门户")

    def ready(self) -> None:
        from kexiang.core.providers import provide  # noqa: PLC0415 -- apps must be loaded first
        from kexiang.portal import navigation, services, workbench  # noqa: PLC0415 -- as above
        from kexiang.portal.queries import machine  # noqa: PLC0415 -- as above
        from kexiang.reference import queries as reference  # noqa: PLC0415 -- as above

        provide("site.place", navigation.place)
        provide("site.navigation", navigation.main)
        provide("core.workdays", reference.workdays_between)
        provide("ready", machine.search_ready)
        provide("workbench.menu", workbench.menu)
        provide("accounts.person_closed", services.forget_person)
        provide("workbench.roles", workbench.roles)
        provide("workbench.todo_count", workbench.todo_count)
