from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("understanding", "0002_progress_and_expected")]

    operations = [
        migrations.RemoveIndex(model_name="customerresult", name="result_by_stage"),
        migrations.RemoveIndex(model_name="customerresult", name="result_by_cell"),
        migrations.AddIndex(
            model_name="customerresult",
            index=models.Index(
                fields=["run", "stage", "-spend_365d", "-customer"], name="result_by_stage"
            ),
        ),
        migrations.AddIndex(
            model_name="customerresult",
            index=models.Index(
                fields=["run", "segment", "-spend_365d", "-customer"], name="result_by_segment"
            ),
        ),
        migrations.AddIndex(
            model_name="customerresult",
            index=models.Index(
                fields=["run", "r_score", "f_score", "-spend_365d", "-customer"],
                name="result_by_cell",
            ),
        ),
    ]
