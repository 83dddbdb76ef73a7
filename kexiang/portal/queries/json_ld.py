"""Pages for machines: JSON-LD in the words of schema.org. Pure functions over public values.

The namespace is ``http://schema.org/`` without a remote context, as the shapes of
science-on-schema.org 1.2 want it; nothing has to be fetched to read the data.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kexiang.catalog.types import Card
from kexiang.kinds.types import KindSpec

CONTEXT = {"@vocab": "http://schema.org/"}
Data = dict[str, Any]
Values = Mapping[str, Any]
# The type of a kind: by its code, else by what its own file says for Dublin Core.
TYPES = {
    "instrument": "Product",
    "facility": "Product",
    "test_item": "Service",
    "service": "Service",
    "service_unit": "Service",
    "dataset": "Dataset",
    "database": "Dataset",
    "article": "ScholarlyArticle",
    "thesis": "Thesis",
    "book": "Book",
    "periodical": "Periodical",
    "policy": "Legislation",
    "st_report": "Report",
}
BY_DUBLIN_CORE = {
    "Dataset": "Dataset",
    "Service": "Service",
    "PhysicalObject": "Product",
    "Collection": "Collection",
}
OPEN_ACCESS = ("open", "free", "public", "direct")


def record(spec: KindSpec, card: Card, values: Values, base: str) -> Data:
    """One public record. ``values`` hold only what the public may read."""
    url = f"{base}{card.url}"
    kind = TYPES.get(spec.code) or BY_DUBLIN_CORE.get(
        spec.exchange.get("oai_dc", ""), "CreativeWork"
    )
    text = str(values.get("description") or values.get("plain_use") or card.summary or card.title)
    data: Data = {
        "@context": CONTEXT,
        "@type": kind,
        "@id": url,
        "name": card.title,
        "description": text[:5000],
        "url": url,
        "identifier": card.number,
        "alternateName": values.get("title_en"),
        "keywords": _list(values.get("keywords")),
        "image": f"{base}{card.image}" if card.image else None,
    }
    data |= _BUILDERS.get(kind, _work)(card, values, base)
    return without_nothing(data)


def _unit(card: Card, base: str) -> Data:
    return {
        "@type": "Organization",
        "@id": f"{base}/u/{card.owner_code}",
        "name": card.owner,
        "url": f"{base}/u/{card.owner_code}",
    }


def _offer(card: Card, values: Values, base: str) -> Data | None:
    """The reference price for firms; a price in 元 per unit of charge, no promise."""
    price = values.get("price") or values.get("price_from")
    if price in (None, "") or not card.price:
        return None
    return {
        "@type": "Offer",
        "price": str(price),
        "priceCurrency": "CNY",
        "url": f"{base}{card.url}",
        "businessFunction": "http://purl.org/goodrelations/v1#ProvideService",
        "seller": {"@id": f"{base}/u/{card.owner_code}"},
    }


def _product(card: Card, values: Values, base: str) -> Data:
    maker = values.get("manufacturer")
    return {
        "model": card.subtitle,
        "category": card.kind_label,
        "manufacturer": {"@type": "Organization", "name": maker} if maker else None,
        "brand": {"@type": "Brand", "name": values["brand"]} if values.get("brand") else None,
        "offers": _offer(card, values, base),
        "additionalProperty": [
            {"@type": "PropertyValue", "name": fact["label"], "value": fact["text"]}
            for fact in card.extra.get("facts", ())
        ],
    }


def _service(card: Card, values: Values, base: str) -> Data:
    return {
        "serviceType": card.kind_label,
        "provider": _unit(card, base),
        "areaServed": card.region_name,
        "offers": _offer(card, values, base),
    }


def _dataset(card: Card, values: Values, base: str) -> Data:
    """What science-on-schema.org asks of a dataset, as far as the record tells it."""
    doi = values.get("doi")
    since, until = values.get("covers_from"), values.get("covers_until")
    data = {
        "keywords": _list(values.get("keywords")) or [card.kind_label],
        "version": str(values.get("data_version") or "1"),
        "isAccessibleForFree": str(values.get("access_mode") or "") in OPEN_ACCESS,
        "sameAs": f"https://doi.org/{doi}" if doi else values.get("cstr") or f"{base}{card.url}",
        "identifier": doi or card.number,
        "creator": _people(values.get("creators")) or [_unit(card, base)],
        "publisher": _unit(card, base),
        "datePublished": values.get("published_on"),
        "temporalCoverage": f"{since or '..'}/{until or '..'}" if since or until else None,
        "license": values.get("licence"),
        "spatialCoverage": {"@type": "Place", "name": values["place"]}
        if values.get("place")
        else None,
    }
    if values.get("data_url"):
        data["distribution"] = {
            "@type": "DataDownload",
            "contentUrl": values["data_url"],
            "encodingFormat": _list(values.get("data_formats")),
        }
    return data


def _article(card: Card, values: Values, base: str) -> Data:
    doi, journal = values.get("doi"), values.get("journal")
    part = None
    if journal:
        part = without_nothing(
            {"@type": "Periodical", "name": journal, "issn": values.get("issn") or None}
        )
    return {
        "headline": card.title[:110],
        "author": _people(values.get("authors")) or [_unit(card, base)],
        "datePublished": str(values.get("published_on") or values.get("published_year") or ""),
        "isPartOf": part,
        "pagination": values.get("pages"),
        "sameAs": f"https://doi.org/{doi}" if doi else None,
        "identifier": doi or card.number,
        "publisher": {"@type": "Organization", "name": values["publisher"]}
        if values.get("publisher")
        else None,
    }


def _work(card: Card, values: Values, base: str) -> Data:
    return {"publisher": _unit(card, base), "dateModified": _day(card.updated_at)}


_BUILDERS: dict[str, Callable[[Card, Values, str], Data]] = {
    "Product": _product,
    "Service": _service,
    "Dataset": _dataset,
    "ScholarlyArticle": _article,
}


def _people(value: Any) -> list[Data]:
    """Names as persons; a table of authors has them in its first text."""
    found = []
    for one in _list(value):
        name = next(iter(one.values()), "") if isinstance(one, dict) else one
        if isinstance(one, dict):
            name = one.get("name") or name
        if name:
            found.append({"@type": "Person", "name": str(name)})
    return found


def organisation(unit: Any, base: str) -> Data:
    """A unit's page."""
    url = f"{base}/u/{unit.code}"
    return without_nothing(
        {
            "@context": CONTEXT,
            "@type": "Organization",
            "@id": url,
            "name": unit.name,
            "alternateName": unit.name_en,
            "url": unit.website or url,
            "telephone": unit.phone,
            "email": unit.email,
            "address": unit.address,
            "description": unit.introduction[:5000],
        }
    )


def website(name: str, base: str, host: str) -> Data:
    """The home page: who runs the site, and how a machine searches it."""
    return without_nothing(
        {
            "@context": CONTEXT,
            "@type": "WebSite",
            "@id": f"{base}/",
            "url": f"{base}/",
            "name": name,
            "publisher": {"@type": "Organization", "name": host} if host else None,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{base}/search?q={{search_term_string}}",
                },
                "query-input": "required name=search_term_string",
            },
        }
    )


def breadcrumb(home: str, crumbs: Sequence[tuple[str, str]], base: str, path: str) -> Data:
    """The way to a page; ``crumbs`` as the page shows them, the last one without address."""
    steps = [(home, "/"), *crumbs]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": f"{base}{url or path}"}
            for n, (name, url) in enumerate(steps, start=1)
        ],
    }


def without_nothing(data: Data) -> Data:
    """The statements that say something."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list) else [value]


def _day(value: Any) -> str:
    return value.date().isoformat() if value is not None else ""
