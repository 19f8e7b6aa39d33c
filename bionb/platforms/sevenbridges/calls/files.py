"""Files and folders: listing, details, copies, metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidInput, UsageError
from bionb.frames import to_frame
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.plain import listed, several
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike, check_changes
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, place, project_id, task_id
from bionb.platforms.sevenbridges.rules.metadata import checked_metadata
from bionb.platforms.sevenbridges.wire.records import FILES
from bionb.wording import ended, joined

if TYPE_CHECKING:
    import pandas as pd


class Files(Calls):
    """Calls on ``/files``, ``/bulk/files`` and ``/action/files``."""

    def files(
        self,
        project: Ref | None = None,
        *,
        parent: Ref | None = None,
        name: str | Sequence[str] | None = None,
        metadata: Mapping[str, str | Sequence[str]] | None = None,
        origin_task: Ref | None = None,
        tag: str | Sequence[str] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
    ) -> Listing:
        """List the files and folders at the top of a project, or in a folder.

        Parameters
        ----------
        project, parent : str or dict
            Exactly one of them: ``owner/short-name``, or a folder.
        name : str or sequence of str, optional
            Exact names; any of them. More than one URL can hold are asked for in several queries.
        metadata : mapping, optional
            ``{"sample_id": "S01"}``; several values of one key mean any of them, several keys all of them.
        origin_task : str or dict, optional
            Only files that this task made.
        tag : str or sequence of str, optional
            Only files with one of these tags.
        fields : str or sequence of str, optional
            What the server sends, see `Fields`; by default everything, an empty text for the server's short default.
        limit : int
            Size of a page, at most 100.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``size`` (bytes), ``type``, ``project``, ``parent``, ``created_on``,
            ``modified_on`` (UTC), ``storage.type``, ``storage.volume``, ``origin.task``, ``tags``, then
            ``metadata.*`` as found.

        Notes
        -----
        ``GET /files``. No further request is made for any file.

        Examples
        --------
        >>> sevenbridges.files("RFranklin/my-project").total
        70
        """
        if (project is None) == (parent is None):
            raise UsageError("Files are listed of a project or of a folder: pass one of project= and parent=.")
        params: dict[str, Any] = {"project": None if project is None else project_id(project)}
        params["parent"] = None if parent is None else file_id(parent)
        params["name"] = several(name)
        params["tag"] = several(tag)
        params["origin.task"] = None if origin_task is None else task_id(origin_task)
        params |= {f"metadata.{key}": several(value) for key, value in (metadata or {}).items()}
        return self._listing(FILES, params=params, fields=fields, limit=limit, chunked="name")

    def file(self, file: Ref, fields: FieldsLike = None) -> Record:
        """Return all details of a file or folder.

        Notes
        -----
        ``GET /files/{file}``.

        Examples
        --------
        >>> "metadata" in sevenbridges.file("564a31c1e4b0ef12181758b0", fields="!metadata")
        False
        """
        name = file_id(file)
        return self._get(FILES, f"files/{name}", what=f"get the file {name}", fields=fields)

    def files_by_id(self, files: Any) -> list[Record]:
        """Return the details of many files, 100 with one request.

        Returns
        -------
        list of dict
            In the order asked; a file that cannot be had is ``{"id": ..., "error": {"status", "code", "message"}}``.

        Notes
        -----
        ``POST /bulk/files/get``.
        """
        ids = [file_id(each) for each in listed(files, "file")]
        answers = self._bulk("bulk/files/get", "file_ids", ids, what="get files by their ids")
        return [_resource(answer, name) for answer, name in zip(answers, ids, strict=True)]

    def file_tree(self, project: Ref) -> pd.DataFrame:
        """Return all files of a project with their folders; folders of one level are read at the same time.

        Returns
        -------
        DataFrame
            ``path`` (``"reads/lane1/a.fastq"``), ``depth`` (folders above), then the columns of `files`.

        Notes
        -----
        ``GET /files`` once for the project and once for each folder, and for each further page.
        """
        found: list[tuple[str, int, Record]] = []
        level, depth = [("", self.files(project))], 0
        while level:
            # First pages are read here and there at once; the rest of a long folder is read ahead as usual.
            for _ in self.session.map(lambda each: each[1].first(1), level):
                pass
            records = [(prefix, record) for prefix, listing in level for record in listing]
            found += [(prefix + record["name"], depth, record) for prefix, record in records]
            folders = [(prefix, record) for prefix, record in records if record.get("type") == "folder"]
            level = [(f"{prefix}{each['name']}/", self._folder(each)) for prefix, each in folders]
            depth += 1
        return _tree_frame(found)

    def _folder(self, folder: Ref) -> Listing:
        return self._listing(FILES, params={"parent": file_id(folder)}, opens=False)

    def create_folder(self, name: str, *, project: Ref | None = None, parent: Ref | None = None) -> Record:
        """Create a folder at the top of a project, or in a folder.

        Notes
        -----
        ``POST /files`` with ``"type": "folder"``.
        """
        body = {"name": name, "type": "folder", **place(project, parent)}
        return self._record("POST", "files", what=f"create the folder {name}", json=body, ids=("id",))

    def copy_files(self, files: Any, project: Ref) -> dict[str, str]:
        """Copy files, none of them a folder, to the top of a project.

        Returns
        -------
        dict
            New id by old id.

        Raises
        ------
        InvalidInput
            Some could not be copied; ``.partial`` holds the new ids of the others, ``.findings`` the reasons.

        Notes
        -----
        ``POST /action/files/copy``, 100 files a request.
        """
        ids, target = [file_id(each) for each in files], project_id(project)
        answers: dict[str, Any] = {}
        for start in range(0, len(ids), LIMIT):
            body = {"project": target, "file_ids": ids[start : start + LIMIT]}
            answers |= self._record("POST", "action/files/copy", what=f"copy files to {target}", json=body)
        answers = {each: answers.get(each, {"status": "no answer"}) for each in ids}
        made = {old: answer["new_file_id"] for old, answer in answers.items() if answer.get("status") == "OK"}
        refused = [{"id": old, **answer} for old, answer in answers.items() if old not in made]
        if refused:
            words = joined(f"{each['id']}: {each.get('message', each['status'])}" for each in refused[:3])
            error = InvalidInput(
                f"{len(refused)} of {len(ids)} files were not copied to {target}: {ended(words)} Check them.", refused
            )
            raise error.with_partial(made)
        return made

    def move_file(self, file: Ref, parent: Ref, name: str | None = None) -> Record:
        """Move a file to a folder of the same project; its id stays.

        Notes
        -----
        ``POST /files/{file}/actions/move``.
        """
        chosen = file_id(file)
        body = {"parent": file_id(parent), **({"name": name} if name else {})}
        return self._record(
            "POST", f"files/{chosen}/actions/move", what=f"move the file {chosen}", json=body, ids=("id",)
        )

    def update_file(self, file: Ref, **changes: Any) -> Record:
        """Change a file's ``name``, ``tags`` (a list) or ``metadata`` (merged).

        Notes
        -----
        ``PATCH /files/{file}``.
        """
        changes, chosen = _checked_changes(changes), file_id(file)
        return self._record("PATCH", f"files/{chosen}", what=f"change the file {chosen}", json=changes, ids=("id",))

    def update_metadata(self, file: Ref, metadata: Mapping[str, Any], *, replace: bool = False) -> Record:
        """Merge new metadata into a file's, or replace all of it; a value of None removes its key.

        Returns
        -------
        dict
            The metadata as it is now.

        Raises
        ------
        UsageError
            Nothing to change; or a value is no text of at most 300 bytes, a key longer than 100 characters.

        Notes
        -----
        ``PATCH`` (merge) or ``PUT`` (replace) ``/files/{file}/metadata``.
        """
        chosen, wanted = file_id(file), checked_metadata(metadata)
        if not wanted and not replace:
            raise UsageError("Nothing to change: pass metadata such as {'sample_id': 'S01'}; replace=True removes all.")
        method, verb = ("PUT", "replace") if replace else ("PATCH", "change")
        path, what = f"files/{chosen}/metadata", f"{verb} the metadata of the file {chosen}"
        return self._record(method, path, what=what, json=wanted)

    def update_files(self, changes: Mapping[str, Mapping[str, Any]], *, replace: bool = False) -> list[Record]:
        """Change many files, 100 with one request.

        Parameters
        ----------
        changes : mapping
            ``{file id: {"name": ..., "tags": [...], "metadata": {...}}}``.
        replace : bool
            Replace tags and metadata instead of merging.

        Notes
        -----
        ``POST /bulk/files/edit`` (merge) or ``/bulk/files/update`` (replace).
        """
        items = [{"id": file_id(name), **_checked_changes(change)} for name, change in changes.items()]
        path = f"bulk/files/{'update' if replace else 'edit'}"
        answers = self._bulk(path, "items", items, what="change files")
        return [_resource(answer, item["id"]) for answer, item in zip(answers, items, strict=True)]

    def delete_file(self, file: Ref) -> None:
        """Delete a file, or an empty folder.

        Notes
        -----
        ``DELETE /files/{file}``.
        """
        chosen = file_id(file)
        self.call("DELETE", f"files/{chosen}", what=f"delete the file {chosen}")

    def delete_files(self, files: Any) -> list[Record]:
        """Delete many files, 100 with one request; see `files_by_id` for the answer.

        Notes
        -----
        ``POST /bulk/files/delete``.
        """
        ids = [file_id(each) for each in listed(files, "file")]
        answers = self._bulk("bulk/files/delete", "file_ids", ids, what="delete files")
        return [_resource(answer, name) for answer, name in zip(answers, ids, strict=True)]


def _checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes of a file that the platform takes."""
    check_changes("file", changes, ("name", "tags", "metadata"))
    found = dict(changes)
    if found.get("metadata") is not None:
        found["metadata"] = checked_metadata(found["metadata"])
    if found.get("tags") is not None:
        found["tags"] = several(found["tags"])
    return found


def _resource(answer: Mapping[str, Any], name: str) -> Record:
    found = answer.get("resource")
    return dict(found) if found else {"id": name, **({"error": answer["error"]} if "error" in answer else {})}


def _tree_frame(found: Sequence[tuple[str, int, Record]]) -> pd.DataFrame:
    frame = to_frame([record for _, _, record in found], FILES.columns)
    frame.insert(0, "path", [path for path, _, _ in found])
    frame.insert(1, "depth", [depth for _, depth, _ in found])
    return frame.sort_values("path", ignore_index=True)
