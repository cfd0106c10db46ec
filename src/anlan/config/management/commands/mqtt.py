"""``manage.py mqtt``: hears alarms from a broker, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from anlan.base.errors import DomainError
from anlan.config.environment import Environment
from anlan.config.starting import check_start
from anlan.incidents.services import devices

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5  # seconds before a lost broker is tried again; doubled each time
LONGEST_PAUSE = 30.0


class Heard(aiomqtt.Message):
    """A message that remembers whether the broker brought it before."""

    is_again = False


class Client(aiomqtt.Client):
    """aiomqtt leaves that mark (DUP) out of its messages."""

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        heard = Heard._from_paho_message(message)  # noqa: SLF001 -- as aiomqtt does
        heard.is_again = message.dup
        self._queue.put_nowait(heard)


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Whom to listen to. ``tls`` is there for mqtts:// and checks the broker's name."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | None
    client_id: str
    topic: str


class Command(BaseCommand):
    help = "Subscribe to ANLAN_MQTT_TOPIC and raise the alarms that devices publish."

    def handle(self, *args: Any, **options: Any) -> None:
        environment: Environment = settings.ENVIRONMENT
        broker = broker_of(environment)
        check_start()
        asyncio.run(_until_told(broker, say=self._say))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def broker_of(environment: Environment) -> Broker:
    """The broker that the settings name.

    Raises:
        CommandError: what is wrong with which setting; found before anything is tried.
    """
    if not environment.mqtt_url:
        raise CommandError("ANLAN_MQTT_URL is not set")
    url = urlsplit(environment.mqtt_url.get_secret_value())
    if url.scheme not in {"mqtt", "mqtts"} or not url.hostname:
        raise CommandError("ANLAN_MQTT_URL: mqtt:// or mqtts://user:password@host:port")
    is_secure = url.scheme == "mqtts"
    if not is_secure:
        _check_no_certificates(environment)
    return Broker(
        host=url.hostname,
        port=url.port or (8883 if is_secure else 1883),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        tls=_tls(environment) if is_secure else None,
        client_id=environment.mqtt_client_id,
        topic=environment.mqtt_topic,
    )


def _check_no_certificates(environment: Environment) -> None:
    """Whoever names certificates wants them used."""
    named = {
        "ANLAN_MQTT_CA": environment.mqtt_ca,
        "ANLAN_MQTT_CERTIFICATE": environment.mqtt_certificate,
        "ANLAN_MQTT_KEY": environment.mqtt_key,
    }
    for variable, path in named.items():
        if path is not None:
            raise CommandError(f"{variable} needs mqtts:// in ANLAN_MQTT_URL")


def _tls(environment: Environment) -> ssl.SSLContext:
    """The system's authorities, or our own; with a certificate of ours if it is asked."""
    try:
        context = ssl.create_default_context(cafile=environment.mqtt_ca)
    except OSError as error:
        raise CommandError(
            f"ANLAN_MQTT_CA: {environment.mqtt_ca}: {_why(error)}"
        ) from None
    if environment.mqtt_certificate is None:
        if environment.mqtt_key is not None:
            raise CommandError("ANLAN_MQTT_KEY needs ANLAN_MQTT_CERTIFICATE")
        return context
    try:
        context.load_cert_chain(environment.mqtt_certificate, environment.mqtt_key)
    except OSError as error:
        raise CommandError(
            f"ANLAN_MQTT_CERTIFICATE, ANLAN_MQTT_KEY: {_why(error)}"
        ) from None
    return context


def _why(error: OSError) -> str:
    """What is wrong with a file: not there, not readable, or no certificate."""
    if isinstance(error, ssl.SSLError):
        return error.reason or "no certificate or key in PEM form"
    return error.strerror or str(error)


async def _until_told(broker: Broker, *, say: Any) -> None:
    listening = asyncio.ensure_future(_listen_forever(broker, say=say))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, listening.cancel)
    try:
        await listening
    except asyncio.CancelledError:
        say("mqtt stopped")


async def _listen_forever(broker: Broker, *, say: Any) -> None:
    """Listen; when the broker goes away come back, less and less often."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with _client(broker) as client:
                await client.subscribe(broker.topic, qos=1)
                say("mqtt ready")
                pause = FIRST_PAUSE
                async for message in client.messages:
                    await _hear(client, message)
        except (aiomqtt.MqttError, OSError) as error:
            _say_why(broker, error, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _say_why(broker: Broker, error: Exception, pause: float) -> None:
    """A broker that is away comes back by itself; one that we do not trust does not."""
    # The library passes the text on and drops the error itself.
    cause = error.__context__
    where = f"{broker.host}:{broker.port}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        log.error(
            "the certificate of %s is not trusted: %s; see ANLAN_MQTT_CA; again in %ss",
            where,
            cause.verify_message,
            pause,
        )
    elif isinstance(cause, ssl.SSLError):
        log.error(
            "no TLS with %s: %s; again in %ss", where, cause.reason or cause, pause
        )
    else:
        log.warning("%s does not answer (%s); again in %ss", where, error, pause)


def _client(broker: Broker) -> Client:
    """A client with a session that the broker keeps while we are away.

    It acknowledges a message itself only once the alarm is on disk: a process that is
    killed in between is given the message again.
    """
    client = Client(
        hostname=broker.host,
        port=broker.port,
        username=broker.username,
        password=broker.password,
        identifier=broker.client_id,
        clean_session=False,
        tls_context=broker.tls,
        keepalive=30,
    )
    _paho(client).manual_ack_set(on=True)
    return client


async def _hear(client: aiomqtt.Client, message: aiomqtt.Message) -> None:
    """Take a message over, then acknowledge it; a database that is away is waited for."""
    pause = FIRST_PAUSE
    while True:
        try:
            await asyncio.to_thread(_receive, message)
            break
        except OperationalError:
            # It may be on disk all the same, if the answer of the commit was lost.
            if isinstance(message, Heard):
                message.is_again = True
            log.warning("the database does not answer; trying again in %ss", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        except Exception:
            # A fault of ours in one message must not silence the others. Unacknowledged
            # the broker keeps it, and brings it again at the next connection, not before:
            # to ask for it by connecting anew would let it stand before all others.
            log.exception("a message on %s failed", message.topic.value)
            return
    _paho(client).ack(message.mid, message.qos)


def _receive(message: aiomqtt.Message) -> None:
    """Hear a message. At QoS 0 it has no number: all are 0, and none is brought again."""
    topic = message.topic.value
    if message.retain:
        log.info("left a retained message on %s alone: it is old news", topic)
        return
    close_old_connections()
    try:
        devices.receive_from_broker(
            topic=topic,
            payload=message.payload,
            packet=str(message.mid) if message.qos else "",
            is_again=isinstance(message, Heard) and message.is_again,
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
