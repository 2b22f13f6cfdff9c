from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cocora.common.triggers import Refuse


class AuditConfig(AppConfig):
    name = "cocora.audit"
    label = "audit"
    verbose_name = _("Audit")
    triggers = [
        Refuse(
            name=f"audit_entry_no_{event.lower()}",
            table="audit_auditentry",
            event=event,
            condition="1 = 1",
            message="Audit entries are only ever appended.",
        )
        for event in ("UPDATE", "DELETE")
    ]
