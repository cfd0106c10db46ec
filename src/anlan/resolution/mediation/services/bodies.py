"""The register of bodies and mediators, kept by legal counsel or headquarters."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation.enums import BodyKind
from anlan.resolution.mediation.events import (
    BodyWritten,
    MediatorEntered,
    MediatorRetired,
)
from anlan.resolution.mediation.models import Body, Mediator
from anlan.resolution.mediation.services.mandates import running_of
from anlan.resolution.mediation.services.steps import required

_FIELDS = (
    *("kind", "name", "area", "address", "contact"),
    *("verified_on", "verified_how"),
)


def write_body(
    *,
    organisation: Organisation,
    kind: BodyKind,
    name: str,
    area: str,
    contact: str,
    verified_on: date,
    verified_how: str,
    by: User,
    at: datetime,
    address: str = "",
    body: Body | None = None,
    via: str = "",
) -> Body:
    """Enter a body, or write down anew what was checked of it; the same changes nothing.

    Raises:
        InvalidInput: a field is missing, or it was checked in the future.
        Conflict: one of that name is there.
    """
    permissions.check_can_write_bodies(by, organisation)
    if verified_on > local_day(at):
        raise InvalidInput(_("核实日期不能晚于今天"), path="verified_on")
    said = {
        "kind": kind,
        "name": required(name, path="name", most=80),
        "area": required(area, path="area", most=120),
        "address": typed(address, path="address", most=160),
        "contact": required(contact, path="contact", most=80),
        "verified_on": verified_on,
        "verified_how": required(verified_how, path="verified_how", most=200),
    }
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if body is None:
            row = Body(organisation=organisation, version=1)
        else:
            row = Body.objects.get(pk=body.pk, organisation=organisation)
            if all(getattr(row, field) == said[field] for field in _FIELDS):
                return row
            row.version += 1
        for field, value in said.items():
            setattr(row, field, value)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict(_("名册里已有这个名称的组织")) from error
        content = "\n".join(str(said[field]) for field in _FIELDS)
        record_at_head(
            BodyWritten(
                name=row.name,
                version=row.version,
                content=sha256(content.encode()).hex(),
            ),
            organisation,
            thing=row.key,
            by=by,
            at=at,
            via=via,
        )
    return row


def enter_mediator(
    *,
    body: Body,
    name: str,
    by: User,
    at: datetime,
    user: User | None = None,
    via: str = "",
) -> Mediator:
    """Enter a mediator of a body; an account is for somebody from outside alone.

    Raises:
        InvalidInput: no name, or the account is a colleague's (G19).
        Conflict: they are entered already.
    """
    permissions.check_can_write_bodies(by, body.organisation)
    name = required(name, path="name", most=40)
    if user is not None:
        if user.organisation_id != body.organisation_id:
            raise InvalidInput(_("没有这个账号"), path="user")
        law.check_neutral(
            is_ours=not permissions.is_outside(user), act_on=local_day(at), path="user"
        )
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=body.organisation_id)
        there = body.mediators.filter(name=name, ended_at=None).first()
        # Of the same name somebody else may come; an account says that it is not.
        gone = body.mediators.filter(name=name, user=user).exclude(ended_at=None)
        again = gone.last() if user is not None else None
        if there is None and again is not None:
            there = again
            there.entered_at, there.ended_at = at, None
            there.save()
            record_at_head(
                MediatorEntered(name=body.name, body=body.key),
                body.organisation,
                thing=there.key,
                by=by,
                at=at,
                via=via,
            )
            return there
        if there is not None:
            if there.user_id == (user.pk if user else None):
                return there
            raise Conflict(_("名册里已有这位调解员"))
        made = body.mediators.create(name=name, user=user, entered_at=at)
        record_at_head(
            MediatorEntered(name=body.name, body=body.key),
            body.organisation,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def retire_mediator(
    *, mediator: Mediator, by: User, at: datetime, via: str = ""
) -> Mediator:
    """Somebody mediates for the body no more; twice changes nothing.

    Raises:
        Conflict: they mediate talks that go on, which need another one first.
    """
    permissions.check_can_write_bodies(by, mediator.body.organisation)
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=mediator.body.organisation_id)
        # The same lock as of whoever appoints them at this moment.
        found = (
            Mediator.objects.select_for_update(of=("self",))
            .select_related("body__organisation")
            .get(pk=mediator.pk)
        )
        if found.ended_at is not None:
            return found
        running = running_of(found)
        if running:
            raise Conflict(
                _("%s 还由其主持，请先在那里更换调解员")
                % _("、").join(
                    f"{one.talks.case.number} {one.talks.code}" for one in running
                )
            )
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        record_at_head(
            MediatorRetired(name=found.body.name, body=found.body.key),
            found.body.organisation,
            thing=found.key,
            by=by,
            at=at,
            via=via,
        )
    return found
