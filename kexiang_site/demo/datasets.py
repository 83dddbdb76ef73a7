"""40 data sets and the one facility of the demo place (D-01, D-02, A-02)."""

from collections.abc import Iterator
from datetime import date

from kexiang_site.demo.identity import content, phone, teacher
from kexiang_site.demo.organisations import organisations
from kexiang_site.demo.rows import Row, fill

FUNDING = {"private_enterprise": "private", "state_enterprise": "soe"}


def datasets(today: date) -> Iterator[Row]:
    for number, entry in enumerate(content("datasets")["datasets"], 1):
        (title, key, subjects, formats, place, first, last, count, size, what, how, access) = entry
        owner = organisations()[key]
        values = fill(
            title=title,
            description=what,
            creators=[f"{owner.short}数据组"],
            publisher=owner.name,
            published_on=f"{min(last + 1, today.year)}-0{number % 6 + 1}-12",
            data_version=f"V{number % 3 + 1}.0",
            subjects=subjects,
            languages=["zh"],
            data_formats=formats,
            data_size=size,
            record_count=count,
            covers_from=f"{first}-01-01",
            covers_until=f"{last}-12-31",
            place=place,
            lineage=how,
            access_mode=[access],
            open_conditions="使用时请注明来源;用于商业开发的请先联系提供单位。",
            licence="CC BY 4.0" if access == "open" else "",
            funding_source=FUNDING.get(owner.nature, "fiscal"),
            digitisation="born",
            keywords=[owner.short, place.split("、")[0][:12], *title.split("数据集")[0:1]],
            contact_name=teacher(key, "data"),
            contact_phone=phone(owner.serial * 10 + 8),
            contact_email=f"data@{key}.example.org",
        )
        yield Row("dataset", f"dataset-{number:02d}", key, values, age=number * 17, fresh=70)


def facilities(today: date) -> Iterator[Row]:
    """大型科学装置 of the demo place."""
    owner = organisations()["thneu"]
    values = fill(
        title="深部煤岩多场耦合试验装置",
        title_en="Multi-field Coupling Facility for Deep Coal and Rock",
        short_en="MCF",
        inner_id="THNEU-F01",
        device_category="2",
        construction="2",
        original_value="3680.00",
        begun_on=f"{today.year - 4}-09-28",
        subjects=["440", "130"],
        host_kind="laboratory",
        host_platform="深部岩体力学与安全实验室(演示)",
        plain_use="在实验室里重现千米深处的高地应力、高温和瓦斯,看煤岩怎样变形破坏",
        technical="试样 300 mm×300 mm×300 mm;三向独立加载 6,000 kN;温度至 120 ℃;"
        "瓦斯压力至 10 MPa;64 通道声发射。",
        function="开展深部煤岩多场耦合、冲击地压、煤与瓦斯突出物理模拟试验。",
        service_content="大尺寸真三轴试验、突出模拟、支护构件试验、试验方案设计。",
        domestic_users="本市煤炭企业与省内外高校。",
        achievement="无",
        competent_department="主管部门(演示)",
        supporting_unit=owner.name,
        approval_department="批复部门(演示)",
        open_state="open",
        current_state="available",
        run_state="1",
        share_mode="2",
        service_ways=["sample", "onsite"],
        voucher_usable=True,
        requirement="每季度集中受理试验申请,提交试验方案与样品说明,由专家组按计划安排机时。",
        fee="大尺寸真三轴试验 18,000 元/次,学术合作按成本收取。",
        region=owner.region,
        province="山西省",
        city="长治市",
        street=owner.street,
        keywords=["深部开采", "真三轴", "冲击地压", "瓦斯"],
        funding_source="fiscal",
        contact_name=teacher("thneu", "facility"),
        contact_phone=phone(owner.serial * 10 + 9),
        contact_email="facility@thneu.example.org",
    )
    yield Row("facility", "facility-01", "thneu", values, age=820, fresh=40, picture="press")
