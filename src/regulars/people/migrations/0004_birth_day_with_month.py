from django.db import migrations, models
from django.db.models import Q

NAME = "customer_birth_day_and_month"


class Migration(migrations.Migration):
    dependencies = [("people", "0003_external_ids_by_value")]

    operations = [
        migrations.RemoveConstraint(model_name="customer", name=NAME),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True)
                | Q(birth_month__isnull=False, birth_day__isnull=False)
                & Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name=NAME,
            ),
        ),
    ]
