import pytest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("demo", "training", "says"),
    [(True, True, "培训环境"), (True, False, "演示环境"), (False, False, None)],
)
def test_the_band_says_what_kind_of_place_this_is(client, settings, demo, training, says):
    settings.DEMO, settings.TRAINING = demo, training

    page = client.get("/help").content.decode()

    for word in ("培训环境", "演示环境"):
        assert (word in page) is (word == says)
