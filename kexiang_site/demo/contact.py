"""Whom visitors of the demo place may call: telephones of the invented block 0355-000xxxx."""

from kexiang_site.demo.identity import phone


def texts() -> dict[str, str]:
    """What a real office writes into the ``[site]`` of its pack."""
    return {
        "consult_phone": phone(101),
        "support_phone": phone(102),
        "complaint_phone": phone(103),
        "consult_hours": "工作日 8:30–12:00、14:30–18:00",
    }
