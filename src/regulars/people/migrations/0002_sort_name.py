from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from regulars.people.rules import sort_name

BATCH = 5000


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    customers = apps.get_model("people", "Customer").objects
    batch = []
    for customer in customers.exclude(name="").only("name").iterator(chunk_size=BATCH):
        customer.sort_name = sort_name(customer.name)
        batch.append(customer)
        if len(batch) == BATCH:
            customers.bulk_update(batch, ["sort_name"])
            batch.clear()
    customers.bulk_update(batch, ["sort_name"])


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=720),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["sort_name", "number"], name="customer_by_name"),
        ),
    ]
