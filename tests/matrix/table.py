"""Who is let in where: one row per address and method. An address without a row fails the test.

The sets of roles are the program's own declarations (lifecycle tables, policies), so that a row
says what the regulation says. What a role may do with a *state* is in tests/golden/record.csv.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kexiang.accounts.policies import OFFICERS, UNIT_EDITORS, UNIT_GIVEN
from kexiang.accounts.rules import GIVES
from kexiang.accounts.types import GRANTED_ROLES, OVERSEERS, UNIT_ROLES, Role
from kexiang.audit.policies import READERS
from kexiang.catalog.lifecycle import AUTHORS, CITY, UNIT
from kexiang.catalog.policies import OWN_ONLY

ANYBODY = frozenset({"anonymous", Role.VISITOR, *GRANTED_ROLES})
KNOWN = ANYBODY - {"anonymous"}
NOBODY: frozenset[str] = frozenset()
MEMBERS = UNIT_ROLES - {Role.DEPT_OFFICER}
WRITERS = AUTHORS - OWN_ONLY  # what colleagues entered is not a scientist's to change
REVIEW_READERS = MEMBERS | {Role.DEPT_OFFICER} | OVERSEERS
MANAGERS = frozenset({Role.SYSADMIN})
LOCKERS = MANAGERS | {Role.SECADMIN}
UNIT_OPENERS = OFFICERS | MANAGERS
UNIT_KEEPERS = UNIT_OPENERS | UNIT_EDITORS
GIVERS = frozenset(role for role, given in GIVES.items() if Role.RESEARCHER in given)
INVITERS = frozenset(role for role, given in GIVES.items() if given & UNIT_GIVEN)
IMPORTERS = AUTHORS | CITY


@dataclass(frozen=True)
class Row:
    """``who`` is let in at home; ``scoped``: and nowhere else. ``{name}`` is a thing of the scene.

    ``stage``: a step of signing in, which leads away unless the steps before it were taken.
    """

    who: frozenset[str]
    args: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    data: Mapping[str, Any] = field(default_factory=dict)
    scoped: bool = False
    stage: bool = False


def _get(who: frozenset[str], *, scoped: bool = False, **args: str) -> Row:
    return Row(who, args, scoped=scoped)


def _post(
    who: frozenset[str], data: Mapping[str, Any] | None = None, *, scoped: bool = False, **args: str
) -> Row:
    return Row(who, args, "POST", data or {}, scoped=scoped)


def _both(
    who: frozenset[str], data: Mapping[str, Any] | None = None, *, scoped: bool = False, **args: str
) -> list[Row]:
    return [_get(who, scoped=scoped, **args), _post(who, data, scoped=scoped, **args)]


STAGE = [Row(NOBODY, stage=True), Row(NOBODY, method="POST", stage=True)]
SIGNING_IN: dict[str, list[Row]] = {
    "account_login": _both(ANYBODY),
    "account_logout": _both(ANYBODY),
    "account_inactive": [_get(ANYBODY)],
    "account_signup": _both(ANYBODY),
    "account_reauthenticate": STAGE,
    "account_email": _both(KNOWN),
    "account_email_verification_sent": STAGE[:1],
    "account_change_password": _both(KNOWN),
    "account_set_password": _both(KNOWN),
    "account_reset_password": _both(ANYBODY),
    "account_confirm_login_code": STAGE,
    "account_confirm_email": [_get(ANYBODY, key="none"), _post(NOBODY, key="none")],
    "account_verify_phone": STAGE,
    "account_change_phone": _both(KNOWN),
    "account_confirm_password_reset_code": STAGE,
    "account_complete_password_reset": STAGE,
    "account_password_reset_completed": [_get(ANYBODY)],
    "account_request_login_code": _both(ANYBODY),
    "mfa_index": [_get(KNOWN)],
    "mfa_authenticate": STAGE,
    "mfa_reauthenticate": STAGE,
    "mfa_activate_totp": _both(KNOWN),
    "mfa_deactivate_totp": STAGE,
    "mfa_view_recovery_codes": STAGE[:1],
    "mfa_generate_recovery_codes": STAGE,
    "mfa_download_recovery_codes": STAGE,
    "usersessions_list": _both(KNOWN),
}
ACCOUNTS: dict[str, list[Row]] = {
    "accounts:demo": [_get(NOBODY)],  # open in a demo place only
    "accounts:demo_enter": [_post(NOBODY, {"account": "1"})],
    "accounts:role_choose": [_post(NOBODY, {"role": "{membership}"})],  # one's own roles only
    "accounts:profile": [_get(KNOWN)],
    "accounts:name_edit": _both(KNOWN, {"name": "李四"}),
    "accounts:password_new": _both(NOBODY),  # only after signing in by a code
    "accounts:account_close": _both(KNOWN),
    "accounts:token_create": _both(KNOWN),
    "accounts:token_revoke": [_post(NOBODY, uid="{token}")],  # one's own tokens only
    "accounts:people": [_get(LOCKERS)],
    "accounts:person_create": _both(MANAGERS),
    "accounts:person": [_get(LOCKERS, uid="{person}"), _post(MANAGERS, uid="{person}")],
    "accounts:person_contact": [
        _post(LOCKERS | UNIT_EDITORS | OFFICERS, uid="{person}", scoped=True)
    ],
    "accounts:person_act": [_post(LOCKERS, uid="{person}", action="lock")],
    "accounts:membership_end": [_post(GIVERS, pk="{membership}", scoped=True)],
    "accounts:organisation_own": [_get(UNIT_ROLES)],
    "accounts:organisations": [_get(UNIT_OPENERS)],
    "accounts:organisation_create": _both(UNIT_OPENERS),
    "accounts:organisation": [_get(KNOWN, uid="{unit}")],
    "accounts:organisation_edit": _both(UNIT_KEEPERS, uid="{unit}", scoped=True),
    "accounts:organisation_fact": _both(
        UNIT_KEEPERS, uid="{unit}", attribute="nature", scoped=True
    ),
    "accounts:organisation_members": _both(INVITERS, uid="{unit}", scoped=True),
}
CATALOG: dict[str, list[Row]] = {
    "catalog:record_list": [_get(KNOWN)],
    "catalog:suggest": [_get(KNOWN)],  # of what the actor may see anyway
    "catalog:record_create": _both(KNOWN),
    "catalog:record_export": [_get(KNOWN)],
    "catalog:record_print": [_get(KNOWN)],
    "catalog:record_national": [Row(KNOWN, data={"kind": "instrument"})],
    "catalog:export_list": [_get(KNOWN)],  # one's own
    "catalog:export_detail": [_get(NOBODY, uid="{token}")],
    "catalog:export_download": [_get(NOBODY, uid="{token}")],
    "catalog:record_detail": [
        _get(MEMBERS, uid="{draft}", scoped=True),
        _get(REVIEW_READERS, uid="{waiting}", scoped=True),
        _get(KNOWN, uid="{shown}"),
    ],
    "catalog:record_edit": _both(WRITERS, uid="{draft}", scoped=True),
    "catalog:record_autosave": [_post(WRITERS, uid="{draft}", scoped=True)],
    "catalog:record_duplicates": [_get(WRITERS, uid="{draft}", scoped=True)],
    "catalog:record_delete": [_post(WRITERS, uid="{draft}", scoped=True)],
    "catalog:record_state": [_post(WRITERS, {"state": "available"}, uid="{shown}", scoped=True)],
    "catalog:record_history": [_get(REVIEW_READERS, uid="{waiting}", scoped=True)],
    "catalog:record_version": [_get(REVIEW_READERS, uid="{waiting}", number="1", scoped=True)],
    "catalog:record_restore": [_post(WRITERS, uid="{draft}", number="1", scoped=True)],
    "catalog:record_act": [
        _post(WRITERS, uid="{draft}", action="submit", scoped=True),
        _post(CITY, {"secrecy_checked": "on"}, uid="{waiting}", action="approve", scoped=True),
        _post(UNIT | CITY, {"reason": "停机检修"}, uid="{shown}", action="take_down", scoped=True),
    ],
    "catalog:review_queue": [_get(KNOWN)],  # empty for whoever decides nothing
    "catalog:review_batch": [_post(KNOWN, {"uid": ["{waiting}"]})],  # each is checked by itself
    "catalog:import_list": [_get(KNOWN)],
    "catalog:import_create": _both(KNOWN),
    "catalog:import_template": [_get(ANYBODY, kind="instrument")],
    "catalog:import_detail": [_get(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_sheet": _both(UNIT | CITY, uid="{import}", scoped=True),
    "catalog:import_columns": _both(UNIT | CITY, uid="{import}", scoped=True),
    "catalog:import_preset": [_post(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_again": [_post(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_photos": [_post(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_photo_list": [_get(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_faults": [_get(UNIT | CITY, uid="{import}", scoped=True)],
    "catalog:import_act": [_post(UNIT | CITY, uid="{import}", action="check", scoped=True)],
}
EVERYBODYS = (
    *("home", "search", "units", "regions", "policies", "labels", "help", "api_docs"),
    *("robots", "sitemap", "sitemap_pages", "opensearch"),
)
PUBLIC: dict[str, list[Row]] = {
    **{f"portal:{name}": [_get(ANYBODY)] for name in EVERYBODYS},
    "portal:record": [_get(ANYBODY, uid="{shown}"), _get(MEMBERS, uid="{draft}", scoped=True)],
    "portal:test_item": [_get(ANYBODY, uid="{shown}")],
    "portal:unit": [_get(ANYBODY, code="{unit_code}")],
    "portal:help_topic": [_get(ANYBODY, slug="search")],
    "portal:sitemap_part": [_get(ANYBODY, number="1")],
    "portal:region": [_get(ANYBODY, code="140403")],
    "portal:progress": _both(ANYBODY),
    "portal:feed": [_get(ANYBODY, kind="instrument")],
    "portal:qr": [_get(ANYBODY, uid="{shown}")],
    "portal:qr_png": [_get(ANYBODY, uid="{shown}")],
    "portal:labels_choose": [_get(KNOWN)],  # one's own units', empty for others
    "portal:favourites": [_get(KNOWN)],
    "portal:favourite": [_post(KNOWN, uid="{shown}")],
    "portal:work": [_get(KNOWN)],
    "search:saved_list": [_get(KNOWN)],  # one's own
    "search:saved_create": _both(KNOWN),
    "search:saved_detail": _both(NOBODY, uid="{token}"),
    "search:saved_read": [_post(NOBODY, uid="{token}")],
    "search:saved_delete": [_post(NOBODY, uid="{token}")],
    "files:file_detail": [_get(MEMBERS, uid="{file}", scoped=True)],
    "files:file_thumb": [_get(MEMBERS, uid="{file}", scoped=True)],
}
MACHINE: dict[str, list[Row]] = {
    "core:healthz": [_get(ANYBODY)],
    "core:readyz": [_get(ANYBODY)],
    "core:metrics": [_get(ANYBODY)],  # from this machine; others need the token
    "core:preferences": [_post(ANYBODY)],
    "core:jobs": [_get(MANAGERS)],
    "core:job_revive": [_post(NOBODY, job_id="{job}")],  # there is no such job
    "core:components": [_get(NOBODY)],  # in DEBUG and demo only
    "audit:journal": [_get(READERS)],
}
GROUPS = (SIGNING_IN, ACCOUNTS, CATALOG, PUBLIC | MACHINE)
PAGES = SIGNING_IN | ACCOUNTS | CATALOG | PUBLIC | MACHINE
