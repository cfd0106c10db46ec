"""Setting up the ways out, by those who may."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.services.record import record_at_head
from anlan.accounts.services.row_locks import lock_organisation
from anlan.base import crypto
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import afterwards
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor
from anlan.ledger.models import Parked
from anlan.notify import permissions
from anlan.notify.channels.protocol import Setting
from anlan.notify.channels.registry import GROUPS, SENDERS
from anlan.notify.enums import ChannelKind, Urgency
from anlan.notify.events import ChannelRemoved, ChannelSet
from anlan.notify.models import Channel, Message
from anlan.notify.selectors import channel_secrets, secrets_place
from anlan.notify.services.sending import send
from anlan.notify.texts import Text, add_texts

TRIAL = "notify.trial"
add_texts(
    Text(
        kind=TRIAL,
        name=gettext_noop("渠道测试"),
        title=gettext_noop("安澜通知测试"),
        body=gettext_noop("%(who)s 正在测试这个通知渠道，收到即表示可用。"),
        group=gettext_noop("安澜通知测试：这个群可以收到通知"),
    )
)


def set_channel(
    *,
    organisation: Organisation,
    site: Site | None,
    kind: ChannelKind,
    values: Mapping[str, str],
    by: Actor,
    at: datetime,
    name: str = "",
    is_enabled: bool = True,
    channel: Channel | None = None,
) -> Channel:
    """Make a channel, or change one; a secret that is left empty stays as it was.

    Not where it would go elsewhere than before: then it has to be typed again.

    Raises:
        InvalidInput: a required value is missing, or an address cannot be used.
        Conflict: there is one of this kind already (groups: of this name).
    """
    permissions.check_can_manage_channels(by, organisation=organisation, site=site)
    if kind not in SENDERS or kind == ChannelKind.INAPP:
        raise InvalidInput(_("没有这种渠道"), path="kind")
    if site is not None and site.organisation_id != organisation.pk:
        raise InvalidInput(_("没有这个项目"), path="scope")
    if channel is None:
        channel = Channel(uid=uuid4(), organisation=organisation, site=site, kind=kind)
    channel.name = _checked_name(kind, name)
    _fill(channel, values)
    channel.is_enabled = is_enabled
    with ledger.recording():
        lock_organisation(organisation)
        _check_once(channel)
        channel.save()
        where = site.subject if site else None
        event = ChannelSet(way=kind.value, enabled=int(is_enabled), site=where)
        _record(event, channel, by=by, at=at)
    return channel


def remove_channel(*, channel: Channel, by: Actor, at: datetime) -> None:
    """Forget a channel and its secrets; a site's people are told over the company's again.

    What was sent on it keeps its row. Twice changes nothing.
    """
    permissions.check_can_manage_channels(
        by, organisation=channel.organisation, site=channel.site
    )
    with ledger.recording():
        gone = Channel.objects.filter(pk=channel.pk, removed_at=None).update(
            removed_at=at, is_enabled=False, settings={}, secrets=None
        )
        if not gone:
            return
        where = channel.site.subject if channel.site else None
        event = ChannelRemoved(way=channel.kind, site=where)
        _record(event, channel, by=by, at=at)


def test_channel(
    *, channel: Channel, site: Site, by: User, at: datetime
) -> Message | None:
    """Send a trial to the group, or to the person who asks for it."""
    permissions.check_can_manage_channels(
        by, organisation=channel.organisation, site=channel.site
    )
    return send(
        kind=TRIAL,
        site=site,
        subject=site.subject,
        people=[] if channel.kind in GROUPS else [by],
        urgency=Urgency.ALARM,  # tried at once, whatever the hour
        params={"who": by.actor_key},
        only=channel,
        by=by,
        at=at,
    )


def settle_parked(*, parked: Parked, by: User, at: datetime) -> None:
    """Let a consumer of the record answer once more what it had failed on.

    Raises:
        DomainError: it fails as before.
    """
    organisation = Organisation.objects.get(pk=parked.organisation_id)
    permissions.check_can_manage_channels(by, organisation=organisation, site=None)
    afterwards.settle_parked(parked=parked, at=at)


def _checked_name(kind: ChannelKind, name: str) -> str:
    """Groups have a name, and nothing else has."""
    if kind not in GROUPS:
        return ""
    if not name.strip():
        raise InvalidInput(_("请给这个群起个名字"), path="name")
    return name.strip()


def _fill(channel: Channel, values: Mapping[str, str]) -> None:
    """Take over the values, the secret ones encrypted; an empty secret stays as it was."""
    fields = SENDERS[ChannelKind(channel.kind)].settings
    kept = channel_secrets(channel)
    open_values = {f.name: _value(f, values) for f in fields if not f.is_secret}
    if any(
        open_values[f.name] != channel.settings.get(f.name, f.default)
        for f in fields
        if f.name in open_values and (f.is_url or f.is_destination)
    ):
        _check_typed_again(fields, kept, values)
    secret_values = {
        f.name: _value(f, {f.name: values.get(f.name, "") or kept.get(f.name, "")})
        for f in fields
        if f.is_secret
    }
    channel.settings = open_values
    channel.secrets = crypto.encrypt(json.dumps(secret_values), secrets_place(channel))


def _check_typed_again(
    fields: Sequence[Setting], kept: Mapping[str, str], values: Mapping[str, str]
) -> None:
    """Whoever may set the way shall not learn a secret by sending it to themselves."""
    for field in fields:
        if kept.get(field.name) and not values.get(field.name, "").strip():
            raise InvalidInput(
                _("地址或账号改了，原来的不会发往新的地方，请重新填写"), path=field.name
            )


def _record(
    event: ChannelSet | ChannelRemoved, channel: Channel, *, by: Actor, at: datetime
) -> None:
    record_at_head(
        event,
        channel.organisation,
        thing=f"channel:{channel.uid}",
        by=by,
        at=at,
    )


def _check_once(channel: Channel) -> None:
    same = Channel.objects.filter(
        organisation=channel.organisation,
        site=channel.site,
        kind=channel.kind,
        name=channel.name,
        removed_at=None,
    )
    if same.exclude(uid=channel.uid).exists():
        raise Conflict(_("已经有这个渠道，请修改原来的"))


def _value(setting: Setting, values: Mapping[str, str]) -> str:
    value = values.get(setting.name, "").strip() or setting.default
    if not value:
        if setting.is_required:
            raise InvalidInput(_("请填写%s") % setting.label, path=setting.name)
        return ""
    if setting.choices and value not in dict(setting.choices):
        raise InvalidInput(_("没有这个选项：%s") % value, path=setting.name)
    if setting.is_url:
        _check_address(value, setting)
    if setting.is_long:
        try:
            json.loads(value)
        except ValueError:
            raise InvalidInput(_("不是有效的 JSON"), path=setting.name) from None
    if setting.is_number and not value.isdecimal():
        raise InvalidInput(_("请填写数字"), path=setting.name)
    return value


def _check_address(value: str, setting: Setting) -> None:
    """Refuse what no gateway has: other schemes, names and passwords, link-local hosts.

    The addresses of a machine's own cloud (169.254.…) hand out its keys.
    """
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        parts.port  # noqa: B018 -- raises for a port that is none
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise InvalidInput(
            _("请填写 https:// 开头的完整地址，不含用户名"), path=setting.name
        )
    try:
        is_local = ipaddress.ip_address(host).is_link_local
    except ValueError:
        is_local = False
    if is_local:
        raise InvalidInput(_("这个地址不能用作网关"), path=setting.name)
