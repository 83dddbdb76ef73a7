from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kexiang.audit"
    label = "audit"
    verbose_name = "日志"
