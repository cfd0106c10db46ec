"""The lists of cases are narrowed within their indexes."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_tokens"),
        ("cases", "0003_revisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="cases_by_site",
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="cases_by_state",
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="cases_by_organisation",
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["site", "-opened_at", "-id", "state", "kind", "severity"],
                name="cases_by_site",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["site", "state", "-opened_at", "-id", "kind", "severity"],
                name="cases_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=[
                    "organisation",
                    "-opened_at",
                    "-id",
                    "site",
                    "state",
                    "kind",
                    "severity",
                ],
                name="cases_by_organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=[
                    "organisation",
                    "state",
                    "-opened_at",
                    "-id",
                    "site",
                    "kind",
                    "severity",
                ],
                name="cases_by_company_state",
            ),
        ),
    ]
