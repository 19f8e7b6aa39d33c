"""Making and changing the drafts of tasks: their inputs are compared with the app and the project before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bionb.errors import InvalidInput, UsageError
from bionb.paging.pages import Record
from bionb.plain import several
from bionb.platforms.sevenbridges.calls.apps import Apps
from bionb.platforms.sevenbridges.calls.calls import check_changes
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.calls.tasks import Tasks
from bionb.platforms.sevenbridges.rules.identifiers import Ref, app_id, project_id, task_id
from bionb.platforms.sevenbridges.rules.inputs import in_platform_form, paths_in
from bionb.wording import ended, joined

SETTINGS = ("execution_settings", "output_location", "use_interruptible_instances")
CHANGEABLE = ("name", "description", "app", "inputs", "batch", "batch_by", "batch_input", *SETTINGS)


@dataclass(frozen=True)
class Drafts:
    """The groups of calls that drafts need."""

    apps: Apps
    files: Files
    tasks: Tasks

    def create(
        self,
        project: Ref,
        app: Ref,
        inputs: Mapping[str, Any],
        *,
        texts: Mapping[str, str | None],
        batch_input: str | None,
        batch_by: str | Sequence[str] | None,
        check: bool,
        run: bool,
        settings: Mapping[str, Any],
    ) -> Record:
        """Create a draft, or a task that runs at once; `texts` are sent unless they are empty."""
        where, what = project_id(project), app_id(app)
        if unknown := sorted(set(settings) - set(SETTINGS)):
            raise UsageError(f"create_task() does not know {', '.join(unknown)}; settings are {', '.join(SETTINGS)}.")
        batch = _batch(batch_input, several(batch_by))
        given = self._checked(where, app, inputs) if check else in_platform_form(inputs)
        body = {"project": where, "app": what, "inputs": given, **batch, **settings}
        body |= {key: value for key, value in texts.items() if value}
        params = {"action": "run"} if run else None
        what = f"create a task of {what}"
        made = self.tasks.call("POST", "tasks", what=what, json=body, params=params)
        return self.tasks.session.record_of(made, what=what, ids=("id",))

    def update(self, task: Ref, changes: Record, *, check: bool) -> Record:
        """Change a draft."""
        check_changes("task", changes, CHANGEABLE)
        name, inputs, by = task_id(task), changes.get("inputs"), changes.get("batch_by")
        if changes.get("app") is not None:
            changes["app"] = app_id(changes["app"])
        if isinstance(by, str | list | tuple):
            changes |= _batch(changes.get("batch_input"), several(by))
        if inputs is not None:
            app = changes.get("app")
            changes["inputs"] = self._new_inputs(name, app, inputs) if check else in_platform_form(inputs)
        what = f"change the task {name}"
        changed = self.tasks.call("PATCH", f"tasks/{name}", what=what, json=changes)
        return self.tasks.session.record_of(changed, what=what, ids=("id",))

    def _checked(self, project: str, app: Ref, inputs: Mapping[str, Any], *, partly: bool = False) -> dict[str, Any]:
        """Return inputs that fit the app and are of the project."""
        built = self.apps.app_inputs(app).build(inputs, project, partly=partly)
        paths = list(dict.fromkeys(paths_in(built)))
        if not paths:
            return built
        findings = []
        for found in self.files.files_by_id(paths):
            if found.get("project", project) != project:
                findings.append({"input": found["id"], "problem": f"is a file of {found['project']}"})
            elif "error" in found:
                findings.append({"input": found["id"], "problem": found["error"]["message"]})
        if findings:
            words = joined(f"{each['input']}: {each['problem']}" for each in findings)
            raise InvalidInput(
                f"Not all files can be used in {project}: {ended(words)} Copy them there first.", findings
            )
        return built

    def _new_inputs(self, task: str, app: Ref | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
        found = self.tasks.task(task, fields="project,app")
        built = self._checked(found["project"], app or found["app"], inputs, partly=True)
        return {**dict.fromkeys(inputs), **built}


def _batch(name: str | None, by: Sequence[str] | None) -> Record:
    """Return what makes a task a batch: the input, and the criteria that split it."""
    if not name:
        if by:
            raise UsageError("batch_by= says how to split an input: name the input in batch_input= as well.")
        return {}
    criteria = {"type": "criteria", "criteria": list(by)} if by else {"type": "item"}
    return {"batch": True, "batch_input": name, "batch_by": criteria}
