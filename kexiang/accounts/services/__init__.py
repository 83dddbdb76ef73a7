"""Writes: people, organisations, roles, tokens. Each checks, changes and journals at once."""

from kexiang.accounts.services.demo import add_demo_account, demo_login, mark_demo_place
from kexiang.accounts.services.organisations import (
    add_alias,
    close_organisation,
    create_organisation,
    set_organisation_attribute,
    update_organisation,
)
from kexiang.accounts.services.people import (
    close_person,
    confirm_mobile,
    create_person,
    fresh_username,
    lock_person,
    purge_unproven,
    read_contact,
    rename_person,
    save_signed_up,
    set_password,
    unlock_person,
)
from kexiang.accounts.services.roles import (
    choose_role,
    end_role,
    end_roles_of_organisation,
    grant_role,
    invite_member,
)
from kexiang.accounts.services.tokens import create_token, digest, revoke_token, use_token

__all__ = [
    "add_alias",
    "add_demo_account",
    "choose_role",
    "close_organisation",
    "close_person",
    "confirm_mobile",
    "create_organisation",
    "create_person",
    "create_token",
    "demo_login",
    "digest",
    "end_role",
    "end_roles_of_organisation",
    "fresh_username",
    "grant_role",
    "invite_member",
    "lock_person",
    "mark_demo_place",
    "purge_unproven",
    "read_contact",
    "rename_person",
    "revoke_token",
    "save_signed_up",
    "set_organisation_attribute",
    "set_password",
    "unlock_person",
    "update_organisation",
    "use_token",
]
