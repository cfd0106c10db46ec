"""What a page shows beside the numbers of help."""

from __future__ import annotations

from django import template

from anlan.incidents.models import Incident
from anlan.incidents.script import Script, scripts_of

register = template.Library()


@register.simple_tag
def scripts(incident: Incident) -> list[Script]:
    return scripts_of(incident)
