"""Every refusal in one shape: ``{"error": {code, message, fields, source, cited}}``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from anlan.base.errors import DomainError, InvalidInput, TooManyRequests
from anlan.law import selectors as law

MALFORMED = gettext_lazy("请求不是可读的 JSON")
BROKEN_FORM = gettext_lazy("请求不是可读的表单")
_SENTENCES: dict[str, Promise] = {
    "missing": gettext_lazy("必须填写"),
    "extra_forbidden": gettext_lazy("没有这个字段"),
    "string_type": gettext_lazy("应为文字"),
    "string_too_short": gettext_lazy("太短，最少 %(min_length)s 字"),
    "string_too_long": gettext_lazy("太长，最多 %(max_length)s 字"),
    "string_pattern_mismatch": gettext_lazy("写法不对"),
    "int_type": gettext_lazy("应为整数"),
    "int_parsing": gettext_lazy("应为整数"),
    "bool_type": gettext_lazy("应为 true 或 false"),
    "bool_parsing": gettext_lazy("应为 true 或 false"),
    "greater_than_equal": gettext_lazy("不能小于 %(ge)s"),
    "less_than_equal": gettext_lazy("不能大于 %(le)s"),
    "too_short": gettext_lazy("太少，最少 %(min_length)s 项"),
    "too_long": gettext_lazy("太多，最多 %(max_length)s 项"),
    "enum": gettext_lazy("没有这个选项"),
    "literal_error": gettext_lazy("没有这个选项"),
    "list_type": gettext_lazy("应为数组"),
    "uuid_type": gettext_lazy("应为 UUID"),
    "uuid_parsing": gettext_lazy("应为 UUID"),
    "timezone_aware": gettext_lazy("时间必须带时区"),
    "datetime_type": gettext_lazy("应为 ISO 8601 时间"),
    "datetime_parsing": gettext_lazy("应为 ISO 8601 时间"),
    "datetime_from_date_parsing": gettext_lazy("应为 ISO 8601 时间"),
    "model_attributes_type": gettext_lazy("应为对象"),
    "unreadable_text": gettext_lazy("含有不能保存的字符"),
}
# What may answer any operation, whoever asks and whatever for.
ANYWHERE = frozenset({405, 408, 413, 500, 503})
PREFIX = "/api/"
AGAIN_SECONDS = 60  # after which to try again
_EARLY: dict[int, tuple[str, Promise]] = {
    405: ("method_not_allowed", gettext_lazy("这个地址不支持这种方法")),
    408: ("timeout", gettext_lazy("请求没有按时传完")),
    413: ("too_large", gettext_lazy("请求太大")),
    500: ("fault", gettext_lazy("系统出错了，已记入日志")),
    503: ("unavailable", gettext_lazy("暂时不能处理，请稍后再试")),
}
_SOURCES = {"body", "query", "path", "header", "form", "file"}


class FieldOut(BaseModel):
    """What is wrong with one field; ``path`` is dotted, ``flags.0``."""

    path: str
    message: str


class RefusalOut(BaseModel):
    """``source`` names the rule behind the refusal, if there is one; ``cited`` its law."""

    code: str
    message: str
    fields: list[FieldOut]
    source: str
    cited: str


class ErrorOut(BaseModel):
    error: RefusalOut


def refusal(
    code: str,
    message: object,
    *,
    status: int,
    fields: Iterable[FieldOut] = (),
    source: str = "",
) -> HttpResponse:
    body = ErrorOut(
        error=RefusalOut(
            code=code,
            message=str(message),
            fields=list(fields),
            source=source,
            cited=law.cite(source),
        )
    )
    response = HttpResponse(
        body.model_dump_json(), status=status, content_type="application/json"
    )
    response["Cache-Control"] = "no-store"
    return response


def early_refusal(status: int) -> HttpResponse:
    """What never reached an operation, or broke in it: told in the same shape.

    Needs neither a request nor a database.
    """
    code, sentence = _EARLY[status]
    response = refusal(code, sentence, status=status)
    if status == 503:
        response["Retry-After"] = str(AGAIN_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``: the page, or for a program the shape it can read."""
    if not request.path.startswith(PREFIX):
        return defaults.server_error(request)
    is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    return early_refusal(503 if is_away else 500)


def domain_refusal(error: DomainError) -> HttpResponse:
    fields = (
        [FieldOut(path=error.path, message=str(error))]
        if isinstance(error, InvalidInput)
        else []
    )
    response = refusal(
        error.code, error, status=error.status, fields=fields, source=error.source
    )
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after)
    return response


def unauthorized() -> HttpResponse:
    response = refusal("unauthorized", _("令牌无效、已过期或已撤销"), status=401)
    response["WWW-Authenticate"] = 'Bearer realm="anlan"'
    return response


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Any address under ``/api/`` that is none."""
    return refusal("not_found", _("没有这个地址"), status=404)


def install(api: NinjaAPI) -> None:
    """Let every failure of ``api`` answer in the one shape."""

    def on_domain(request: HttpRequest, error: Any) -> HttpResponse:
        return domain_refusal(error)

    def on_invalid(request: HttpRequest, error: Any) -> HttpResponse:
        fields = [_field(one) for one in error.errors]
        message = _("有 %(count)s 处填写不对") % {"count": len(fields)}
        return refusal("invalid", message, status=422, fields=fields)

    def on_http(request: HttpRequest, error: Any) -> HttpResponse:
        # The only one that ninja raises by itself is a body that is no JSON.
        fields = [FieldOut(path="", message=str(MALFORMED))]
        return refusal("invalid", MALFORMED, status=422, fields=fields)

    def on_missing(request: HttpRequest, error: Any) -> HttpResponse:
        return refusal("not_found", _("没有找到"), status=404)

    def on_unknown_caller(request: HttpRequest, error: Any) -> HttpResponse:
        return unauthorized()

    def on_broken_form(request: HttpRequest, error: Any) -> HttpResponse:
        fields = [FieldOut(path="", message=str(BROKEN_FORM))]
        return refusal("invalid", BROKEN_FORM, status=422, fields=fields)

    def on_large(request: HttpRequest, error: Any) -> HttpResponse:
        return early_refusal(413)

    api.add_exception_handler(DomainError, on_domain)
    api.add_exception_handler(ValidationError, on_invalid)
    api.add_exception_handler(HttpError, on_http)
    api.add_exception_handler(AuthenticationError, on_unknown_caller)
    api.add_exception_handler(Http404, on_missing)
    api.add_exception_handler(MultiPartParserError, on_broken_form)
    for too_much in (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        api.add_exception_handler(too_much, on_large)


def _field(error: Mapping[str, Any]) -> FieldOut:
    """Pydantic's place and kind of error, as a dotted path and a sentence."""
    place = list(error["loc"])
    if place and place[0] in _SOURCES:
        source = place.pop(0)
        if source == "body" and place:
            place.pop(0)  # the name of the view's argument; a form's is left out
    sentence = _SENTENCES.get(error["type"], gettext_lazy("这个值不能用"))
    message = (
        str(sentence) % error.get("ctx", {}) if "%(" in str(sentence) else sentence
    )
    return FieldOut(path=".".join(str(part) for part in place), message=str(message))
