from django.db import migrations, models

import kexiang.kernel.ids


class Migration(migrations.Migration):
    """Who asked (idempotency), and the messages that wait to leave."""

    dependencies = [
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="idempotentrequest",
            name="rights",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.CreateModel(
            name="OutgoingMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.CharField(
                        default=kexiang.kernel.ids.new_uid, max_length=26, unique=True
                    ),
                ),
                ("channel", models.CharField(max_length=16)),
                ("content", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "core_outgoing_message",
                "indexes": [models.Index(fields=["expires_at"], name="core_outgoing_message_ends")],
            },
        ),
    ]
