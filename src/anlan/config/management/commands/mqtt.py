"""``manage.py mqtt``: hears alarms from a broker, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from anlan.base.errors import DomainError
from anlan.config.environment import Environment
from anlan.incidents.services import devices

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5  # seconds before a lost broker is tried again; doubled each time
LONGEST_PAUSE = 30.0


class Command(BaseCommand):
    help = "Subscribe to ANLAN_MQTT_TOPIC and raise the alarms that devices publish."

    def handle(self, *args: Any, **options: Any) -> None:
        environment: Environment = settings.ENVIRONMENT
        if not environment.mqtt_url:
            raise CommandError("ANLAN_MQTT_URL is not set")
        asyncio.run(_until_told(environment, say=self._say))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


async def _until_told(environment: Environment, *, say: Any) -> None:
    listening = asyncio.ensure_future(_listen_forever(environment, say=say))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, listening.cancel)
    try:
        await listening
    except asyncio.CancelledError:
        say("mqtt stopped")


async def _listen_forever(environment: Environment, *, say: Any) -> None:
    """Listen; when the broker goes away come back, less and less often."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with _client(environment) as client:
                await client.subscribe(environment.mqtt_topic, qos=1)
                say("mqtt ready")
                pause = FIRST_PAUSE
                async for message in client.messages:
                    await _hear(client, message)
        except (aiomqtt.MqttError, OSError) as error:
            log.warning("the broker does not answer (%s); again in %ss", error, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _client(environment: Environment) -> aiomqtt.Client:
    """A client with a session that the broker keeps while we are away.

    It acknowledges a message itself only once the alarm is on disk: a process that is
    killed in between is given the message again.
    """
    address = environment.mqtt_url
    url = urlsplit(address.get_secret_value() if address else "")
    is_secure = url.scheme == "mqtts"
    client = aiomqtt.Client(
        hostname=url.hostname or "localhost",
        port=url.port or (8883 if is_secure else 1883),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        identifier=environment.mqtt_client_id,
        clean_session=False,
        tls_context=_tls(environment) if is_secure else None,
        keepalive=30,
    )
    _paho(client).manual_ack_set(on=True)
    return client


def _tls(environment: Environment) -> ssl.SSLContext:
    """The system's authorities, or our own; with a certificate of ours if it is asked."""
    context = ssl.create_default_context(
        cafile=str(environment.mqtt_ca) if environment.mqtt_ca else None
    )
    if environment.mqtt_certificate:
        context.load_cert_chain(environment.mqtt_certificate, environment.mqtt_key)
    return context


async def _hear(client: aiomqtt.Client, message: aiomqtt.Message) -> None:
    """Take a message over, then acknowledge it; a database that is away is waited for."""
    pause = FIRST_PAUSE
    while True:
        try:
            await asyncio.to_thread(_receive, message)
            break
        except OperationalError:
            log.warning("the database does not answer; trying again in %ss", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        except Exception:
            # A fault of ours in one message must not silence the others; unacknowledged
            # the broker keeps it and brings it again.
            log.exception("a message on %s failed", message.topic.value)
            return
    _paho(client).ack(message.mid, message.qos)


def _receive(message: aiomqtt.Message) -> None:
    topic = message.topic.value
    if message.retain:
        log.info("left a retained message on %s alone: it is old news", topic)
        return
    close_old_connections()
    try:
        devices.receive_from_broker(
            topic=topic,
            payload=message.payload,
            packet=str(message.mid),
            at=timezone.now(),
        )
    except DomainError as error:
        # Delivered again it would be refused again; the record or the log says why.
        log.warning("refused a message on %s: %s", topic, error)
    finally:
        close_old_connections()


def _paho(client: aiomqtt.Client) -> Any:
    """aiomqtt acknowledges on arrival; only its inner client can be told to wait."""
    return client._client  # noqa: SLF001 -- see above
