"""People, organisations, their roles, tokens. Departments (主管部门) are organisations too."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from kexiang.accounts.types import (
    FREE_ROLES,
    REGION_ROLES,
    UNIT_ROLES,
    AliasKind,
    Attribute,
    Role,
    Scope,
)
from kexiang.kernel.ids import new_uid


def uid_field() -> models.CharField[str, str]:
    """The public identifier of a row: a ULID, set once."""
    return models.CharField(max_length=26, default=new_uid, editable=False, unique=True)


class PersonManager(BaseUserManager["Person"]):
    """Only what Django's authentication asks for; writes are in ``services``."""


class Person(AbstractBaseUser):
    """Somebody with an account. Closing erases all but ``uid``: the row stays as a tombstone.

    ``mobile`` is E.164 (``+8613…``) and proven; a number still to be proven by a code waits in
    ``pending_mobile``, which is not unique, so that nobody can squat another's number.
    ``is_active`` false means locked or closed.
    """

    uid = uid_field()
    username = models.CharField(max_length=64, unique=True)
    mobile = models.CharField(max_length=16, null=True, blank=True, unique=True)
    pending_mobile = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = PersonManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(is_active=False, name="", email="", mobile__isnull=True, pending_mobile=""),
                name="accounts_person_tombstone",
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(is_active=False),
                name="accounts_person_locked",
            ),
            models.CheckConstraint(
                condition=Q(mobile__isnull=True) | Q(mobile__startswith="+"),
                name="accounts_person_mobile_e164",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="accounts_person_email"),
            models.Index(fields=["name"], name="accounts_person_name"),
        ]

    def __str__(self) -> str:
        return self.username


class Organisation(models.Model):
    """A legal person: unit, firm or department; the natural key is the credit code (GB 32100).

    ``code`` is the short code of the unit site ``/u/{code}``; ``sort_key`` is the pinyin of
    the name. ``is_public`` says whether the unit appears on public pages.
    """

    uid = uid_field()
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=400, blank=True)
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    region = models.CharField(max_length=6)
    address = models.CharField(max_length=200, blank=True)
    responsible = models.CharField(max_length=64, blank=True)
    contact = models.CharField(max_length=64, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    opening_hours = models.CharField(max_length=120, blank=True)
    introduction = models.TextField(blank=True, max_length=4000)
    is_department = models.BooleanField(default=False)
    is_public = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(region__regex=r"^[0-9]{6}$"), name="accounts_org_region_code"
            ),
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True)
                | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="accounts_org_credit_code",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9-]{0,31}$"), name="accounts_org_code"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="accounts_org_sorted"),
            models.Index(fields=["region"], name="accounts_org_region"),
            models.Index(fields=["name"], name="accounts_org_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationAttribute(models.Model):
    """A dated fact; it holds until the next row of the same attribute begins.

    Periods cannot overlap or leave gaps, because only their beginnings are stored. An empty
    ``value`` ends the fact. ``value`` is a code of ``types.CODE_SYSTEMS``, for the department
    an organisation's uid.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="attributes"
    )
    attribute = models.CharField(max_length=16, choices=Attribute.choices)
    value = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "attribute", "valid_from"], name="accounts_orgattr_once"
            ),
            models.CheckConstraint(
                condition=Q(attribute__in=Attribute.values), name="accounts_orgattr_known"
            ),
        ]
        indexes = [
            models.Index(fields=["attribute", "value"], name="accounts_orgattr_value"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}={self.value} {self.valid_from}"


class OrganisationAlias(models.Model):
    """Another name under which people look for the organisation, or under which it was known."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=AliasKind.choices, default=AliasKind.FORMER)
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="accounts_orgalias_once"),
            models.CheckConstraint(
                condition=Q(kind__in=AliasKind.values), name="accounts_orgalias_kind"
            ),
        ]
        indexes = [models.Index(fields=["name"], name="accounts_orgalias_name")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of a person in an organisation, in a region, or (admins, experts) without scope.

    In force on a day when open (``ended_at`` empty) and the day lies in
    ``[starts_on, ends_on]``. A second open row of the same role and scope cannot exist.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    region = models.CharField(max_length=6, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    given_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(UNIT_ROLES), organisation__isnull=False, region="")
                | Q(
                    role__in=sorted(REGION_ROLES),
                    organisation__isnull=True,
                    region__regex=r"^[0-9]{6}$",
                )
                | Q(role__in=sorted(FREE_ROLES), organisation__isnull=True, region=""),
                name="accounts_membership_scope",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_membership_period",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "organisation"],
                condition=Q(ended_at__isnull=True, organisation__isnull=False),
                name="accounts_membership_org_once",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "region"],
                condition=Q(ended_at__isnull=True, organisation__isnull=True),
                name="accounts_membership_reg_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "role"], name="accounts_membership_org"),
            models.Index(fields=["role", "region"], name="accounts_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.person_id}"


class ApiToken(models.Model):
    """A bearer token, kept as SHA-256 of 256 random bits; ``prefix`` is what lists show."""

    uid = uid_field()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="accounts_token_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_token_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def scope_labels(self) -> str:
        return "、".join(str(Scope(scope).label) for scope in self.scopes.split())


class DemoPlace(models.Model):
    """The marker of a demo database. Written by the demo generator into an empty place only."""

    slot = models.PositiveSmallIntegerField(primary_key=True, default=1)
    pack = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slot=1), name="accounts_demoplace_one"),
        ]

    def __str__(self) -> str:
        return self.pack


class DemoAccount(models.Model):
    """A made-up person whom a visitor of the demo may become with one click."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="demo")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["position"], name="accounts_demo_position")]

    def __str__(self) -> str:
        return str(self.person_id)
