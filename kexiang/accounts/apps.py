from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kexiang.accounts"
    label = "accounts"
    verbose_name = "人员与单位"
