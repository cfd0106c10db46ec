"""Every row belongs to an organisation, or it is said why not."""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey, Model

from anlan.accounts.models import Organisation
from tests.each import of_each

# Rows that belong to no company.
WITHOUT = {
    "accounts.Organisation": "is the company",
    "evidence.Blob": "bytes are kept once, whoever has them",
    "evidence.PlayingCopy": "of bytes that are kept once",
    "evidence.Copy": "of bytes that are kept once",
    "evidence.CheckRun": "of the whole vault",
    "evidence.CheckTurn": "of the whole vault",
    "evidence.StoreProbe": "one bucket for all, like the vault",
    "ledger.LogKey": "one key signs the chains of all companies of an installation",
    "ledger.RevokedKey": "one of a chain, as its entries",
    "ledger.Witness": "watches the installation",
}


# Of one of several things, each of which belongs to an organisation; a constraint of the
# table says that it is of exactly one.
OF_ONE = {"evidence.Deletion": ("case", "application")}


# Rows that mean nothing without the one they belong to, and that nothing speaks of.
GOES_ALONG = {
    "incidents.DeviceNonce.device": "remembers what a device sent, against replay",
    "notify.Preference.user": "personal taste",
}


def models() -> list[type[Model]]:
    return [
        model for model in apps.get_models() if model.__module__.startswith("anlan.")
    ]


def reaches(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    """Whether a chain of foreign keys that are never empty leads to the organisation."""
    if model is Organisation or "organisation_id" in {
        field.attname for field in model._meta.concrete_fields
    }:
        return True
    keys = [one for one in model._meta.concrete_fields if isinstance(one, ForeignKey)]
    targets = [key.remote_field.model for key in keys if not key.null]
    either = [
        key.remote_field.model
        for key in keys
        if key.name in OF_ONE.get(model._meta.label, ())
    ]
    if either and all(reaches(target, seen | {model}) for target in either):
        return True
    return any(
        target not in seen and reaches(target, seen | {model}) for target in targets
    )


of_each_model = of_each(models, lambda model: model._meta.label)


@of_each_model
def test_belongs_to_an_organisation(model: type[Model]) -> None:
    assert reaches(model) or model._meta.label in WITHOUT


@of_each_model
def test_says_what_it_is(model: type[Model]) -> None:
    assert "__str__" in vars(model)
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@of_each_model
def test_deletes_nothing_along_the_way(model: type[Model]) -> None:
    """PROTECT everywhere: nothing that the record speaks of goes unseen."""
    cascading = [
        str(field)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and field.remote_field.on_delete.__name__ == "CASCADE"  # type: ignore[union-attr]  # a foreign key has one
    ]
    assert set(cascading) <= GOES_ALONG.keys()
