from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_sort_name")]

    operations = [
        migrations.RemoveConstraint(model_name="externalid", name="external_id_is_one_customer"),
        migrations.AddConstraint(
            model_name="externalid",
            constraint=models.UniqueConstraint(
                fields=("value", "source"), name="external_id_is_one_customer"
            ),
        ),
    ]
