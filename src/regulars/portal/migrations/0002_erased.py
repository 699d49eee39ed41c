"""Whoever is erased is signed out: what the sign-in holds of the phone goes with it."""

from django.db import migrations

SIGNED_OUT = migrations.RunSQL(
    """
    CREATE FUNCTION erased_is_signed_out() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM portal_visitor WHERE customer_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER erased_is_signed_out AFTER UPDATE OF erased_at ON people_customer
        FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL)
        EXECUTE FUNCTION erased_is_signed_out();
    """,
    """
    DROP TRIGGER erased_is_signed_out ON people_customer;
    DROP FUNCTION erased_is_signed_out();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial"), ("people", "0004_birth_day_with_month")]

    operations = [SIGNED_OUT]
