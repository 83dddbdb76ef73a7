"""Who acts: the only thing the domain knows about a request."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person, held for an organisation (its uid) or a region (GB/T 2260 code)."""

    role: str
    org: str = ""
    region: str = ""


def region_covers(outer: str, inner: str) -> bool:
    """Whether region ``outer`` is ``inner`` or contains it: 140400 covers 140403 and 140471.

    GB/T 2260 nests by pairs of digits; functional zones (功能区) of a pack carry codes under
    their city, so the same rule holds for them.
    """
    if not outer or not inner:
        return False
    prefix = outer
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return inner.startswith(prefix)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or a job, or nobody) together with the roles in force for this request.

    ``uid`` is empty for the anonymous visitor. ``grants`` are the grants of the role chosen
    in the switcher, or all of them for a token. ``scopes`` is ``None`` for a session and the
    token's scopes otherwise.
    """

    uid: str = ""
    grants: frozenset[Grant] = frozenset()
    scopes: frozenset[str] | None = None

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(uid=f"system:{name}", grants=frozenset({Grant("system")}))

    @property
    def is_known(self) -> bool:
        return bool(self.uid)

    @property
    def is_system(self) -> bool:
        return any(grant.role == "system" for grant in self.grants)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def orgs(self) -> frozenset[str]:
        """The organisations (uids) in which the actor holds any role."""
        return frozenset(grant.org for grant in self.grants if grant.org)

    def orgs_as(self, roles: Iterable[str]) -> frozenset[str]:
        wanted = frozenset(roles)
        return frozenset(g.org for g in self.grants if g.org and g.role in wanted)

    def regions_as(self, roles: Iterable[str]) -> frozenset[str]:
        wanted = frozenset(roles)
        return frozenset(g.region for g in self.grants if g.region and g.role in wanted)

    def has(self, role: str, *, org: str = "", region: str = "") -> bool:
        """Whether a grant of ``role`` reaches this organisation, or covers this region."""
        return any(
            grant.role == role
            and (not org or grant.org == org)
            and (not region or region_covers(grant.region, region))
            for grant in self.grants
        )

    def may_use(self, scope: str) -> bool:
        """Whether the token behind the actor carries ``scope`` (a session carries all)."""
        return self.scopes is None or scope in self.scopes


ANONYMOUS = Actor()
