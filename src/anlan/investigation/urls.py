"""Addresses of the investigation of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.investigation.views import comparison, facts, findings, interviews, scene

app_name = "investigation"
_BELOW = "<str:number>/investigation/"
_TALK = f"{_BELOW}interviews/<uuid:uid>/"
_SKETCH = f"{_BELOW}scene/sketches/<uuid:uid>/"
_PIN = f"{_SKETCH}pins/<uuid:pin>/"
_COMPARED = f"{_BELOW}comparison/"
_CELL = f"{_COMPARED}cells/<str:statement>/<slug:fact>/"
_PAIR = f"{_COMPARED}pairs/<slug:pair>/"
_FINDING = f"{_BELOW}findings/<uuid:uid>/"
_SENTENCE = f"{_BELOW}sentences/<uuid:uid>/"
urlpatterns = [
    path(_BELOW, interviews.interviews, name="interviews"),
    path(f"{_BELOW}panel/", interviews.panel, name="panel"),
    path(f"{_BELOW}interviews/new/", interviews.addition, name="interview_addition"),
    path(_TALK, interviews.interview, name="interview"),
    path(f"{_TALK}plan/", interviews.plan, name="interview_plan"),
    path(f"{_TALK}beginning/", interviews.beginning, name="interview_beginning"),
    path(f"{_TALK}stopping/", interviews.stopping, name="interview_stopping"),
    path(
        f"{_TALK}cancellation/", interviews.cancellation, name="interview_cancellation"
    ),
    path(f"{_BELOW}scene/", scene.scene, name="scene"),
    path(f"{_BELOW}scene/aspects/<str:aspect>/", scene.look, name="look"),
    path(f"{_BELOW}scene/sketches/new/", scene.sketch_addition, name="sketch_addition"),
    path(_SKETCH, scene.sketch, name="sketch"),
    path(f"{_PIN}place/", scene.pin_place, name="pin_place"),
    path(f"{_PIN}removal/", scene.pin_removal, name="pin_removal"),
    path(f"{_BELOW}background/", scene.background, name="background"),
    path(_COMPARED, comparison.comparison, name="comparison"),
    path(_CELL, comparison.cell, name="cell"),
    path(f"{_CELL}acceptance/", comparison.cell_acceptance, name="cell_acceptance"),
    path(
        f"{_PAIR}confirmation/",
        comparison.pair_confirmation,
        name="pair_confirmation",
    ),
    path(f"{_PAIR}dismissal/", comparison.pair_dismissal, name="pair_dismissal"),
    path(f"{_COMPARED}facts/new/", comparison.fact_addition, name="compared_fact_new"),
    path(
        f"{_COMPARED}facts/<uuid:uid>/withdrawal/",
        comparison.fact_withdrawal,
        name="compared_fact_withdrawal",
    ),
    path(f"{_COMPARED}names/<str:statement>/", comparison.naming, name="naming"),
    path(f"{_BELOW}facts/", facts.facts, name="facts"),
    path(f"{_BELOW}facts/<uuid:uid>/withdrawal/", facts.withdrawal, name="withdrawal"),
    path(f"{_BELOW}facts/<slug:question>/", facts.addition, name="fact_addition"),
    path(f"{_BELOW}findings/", findings.findings, name="findings"),
    path(_FINDING, findings.finding, name="finding"),
    path(f"{_FINDING}sentences/", findings.sentence_addition, name="sentence_addition"),
    path(f"{_FINDING}submission/", findings.submission, name="submission"),
    path(f"{_FINDING}decision/", findings.decision, name="decision"),
    path(f"{_FINDING}withdrawal/", findings.withdrawal, name="finding_withdrawal"),
    path(f"{_FINDING}paper/", findings.paper, name="paper"),
    path(f"{_FINDING}pdf/", findings.pdf, name="finding_pdf"),
    path(_SENTENCE, findings.sentence, name="sentence"),
    path(f"{_SENTENCE}removal/", findings.sentence_removal, name="sentence_removal"),
]
