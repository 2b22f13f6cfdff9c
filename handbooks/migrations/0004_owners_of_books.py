from django.db import migrations


def owners(apps, schema_editor):
    """Books that were printed from an organisation's own texts belong to its people."""
    Document = apps.get_model("handbooks", "Document")
    Order = apps.get_model("handbooks", "Order")
    Curriculum = apps.get_model("programmes", "Curriculum")
    for document in Document.objects.filter(organisation=None):
        order = Order.objects.filter(document=document).order_by("-pk").first()
        ids = list(order.arguments.get("curricula", [])) if order else []
        rows = Curriculum.objects.filter(pk__in=[*ids, document.curriculum_id])
        owner = rows.exclude(organisation=None).values_list("organisation", flat=True).first()
        if owner:
            Document.objects.filter(pk=document.pk).update(organisation=owner)


class Migration(migrations.Migration):

    dependencies = [("handbooks", "0003_composed_books")]

    operations = [migrations.RunPython(owners, migrations.RunPython.noop)]
