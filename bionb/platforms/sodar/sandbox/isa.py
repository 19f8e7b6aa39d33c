"""How the server keeps ISA-Tab: read, judged and written again by AltamISA, so that pooled rows expand on export."""

from __future__ import annotations

import importlib
import io
import posixpath
import threading
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bionb.platforms.sodar.sandbox.refusals import Refused, refuse_if

_KNOWN_ASSAYS = {
    ("exome sequencing", "nucleotide sequencing"),
    ("genome sequencing", "nucleotide sequencing"),
    ("transcription profiling", "nucleotide sequencing"),
    ("transcription profiling", "DNA microarray"),
    ("protein expression profiling", "mass spectrometry"),
    ("metabolite profiling", "mass spectrometry"),
}
_ZIP_TYPES = ("application/zip", "application/x-zip-compressed")
_TEXT_TYPES = ("text/plain", "text/tab-separated-values")
_RECORDING = threading.Lock()  # recording warnings replaces a hook of the whole process


@dataclass
class AssaySheet:
    """An assay of the stored sheets."""

    sodar_uuid: str
    info: Any
    table: Any

    @property
    def file_name(self) -> str:
        """The file's base name."""
        return posixpath.basename(str(self.info.path))


@dataclass
class StudySheet:
    """A study of the stored sheets."""

    sodar_uuid: str
    info: Any
    table: Any
    assays: list[AssaySheet]

    @property
    def file_name(self) -> str:
        """The file's base name."""
        return posixpath.basename(str(self.info.info.path))

    @property
    def identifier(self) -> str:
        """The study's identifier in the investigation file."""
        return str(self.info.info.identifier or "")


@dataclass
class Sheets:
    """An imported investigation."""

    sodar_uuid: str
    file_name: str
    archive_name: str | None
    info: Any
    studies: list[StudySheet]
    date_modified: str
    irods_status: bool = False

    @property
    def assays(self) -> dict[str, AssaySheet]:
        """All assays by UUID."""
        return {assay.sodar_uuid: assay for study in self.studies for assay in study.assays}


@dataclass(frozen=True)
class Upload:
    """What came in: base name -> text, and the path of the investigation file."""

    files: Mapping[str, str]
    investigation: str
    archive_name: str | None


def read_upload(parts: Sequence[Any]) -> Upload:
    """Take the files of a multipart request: exactly one field is a zip, more are the files themselves.

    The number of distinct field names decides; the last file of a repeated name is the only one seen.
    """
    refuse_if(not parts, 400, "No file came with the request.")
    if len(parts) == 1:
        return _from_zip(parts[0])
    files = {}
    for part in parts:
        name = posixpath.basename(part.filename or "")
        refuse_if(
            part.mimetype not in _TEXT_TYPES,
            400,
            f"TSV files are expected as text/plain; {name} came as {part.mimetype or 'nothing'}.",
        )
        files[name] = _text(name, part.read())
    found = [name for name in files if name.startswith("i_")]
    refuse_if(len(found) != 1, 400, "Exactly one investigation file is needed among the TSV files.")
    return Upload(files, found[0], None)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(500, f"{name} is no UTF-8: {error.reason}") from error


def _from_zip(part: Any) -> Upload:
    refuse_if(part.mimetype not in _ZIP_TYPES, 400, "A single file must be a zip archive, and say so.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.read()))
    except zipfile.BadZipFile as error:
        raise Refused(400, "The zip archive cannot be opened.") from error
    paths = {posixpath.basename(name): name for name in archive.namelist() if not name.endswith("/")}
    found = [name for name in paths if name.startswith("i_")]
    refuse_if(len(found) != 1, 400, f"{len(found)} investigation files in the archive; exactly one is needed.")
    files = {name: _text(name, archive.read(path)) for name, path in paths.items() if name.endswith(".txt")}
    return Upload(files, paths[found[0]], posixpath.basename(part.filename or "isa.zip"))


def parse(upload: Upload, identifiers: Callable[[str], str], modified: str) -> Sheets:
    """Read with AltamISA; its exceptions and critical warnings refuse the import with status 500."""
    judged = _Judge()
    name = posixpath.basename(upload.investigation)
    info = judged("investigation", name, lambda isa: _investigation(isa, upload.files[name], name), name)
    studies = []
    for number, study in enumerate(info.studies, 1):
        studies.append(_study(judged, upload, info, study, f"S{number}", identifiers))
    _refuse_empty(studies)
    judged.refuse_critical()
    return Sheets(identifiers("investigation"), upload.investigation, upload.archive_name, info, studies, modified)


def _refuse_empty(studies: Sequence[StudySheet]) -> None:
    """Refuse tables without rows, which the database could not hold."""
    tables: list[StudySheet | AssaySheet] = [*studies, *(assay for study in studies for assay in study.assays)]
    for each in tables:
        refuse_if(not each.table.materials, 500, f"The table {each.file_name} is empty.")


def _investigation(isa: Any, text: str, name: str) -> Any:
    info = isa.InvestigationReader.from_stream(_stream(text), filename=name).read()
    isa.InvestigationValidator(info).validate()
    return info


def _study(
    judged: _Judge, upload: Upload, info: Any, study: Any, id_: str, identifiers: Callable[[str], str]
) -> StudySheet:
    title = str(study.info.title or study.info.identifier or id_)
    name, text = _member(upload, study.info.path, "study")

    def read(isa: Any) -> Any:
        table = isa.StudyReader.from_stream(id_, _stream(text), filename=name).read()
        isa.StudyValidator(info, study, table).validate()
        return table

    table = judged("studies", name, read, f"study {title}")
    assays = [
        _assay(judged, upload, info, study, assay, f"{id_}-A{number}", table, identifiers)
        for number, assay in enumerate(study.assays, 1)
    ]
    return StudySheet(identifiers("study"), study, table, assays)


def _assay(
    judged: _Judge,
    upload: Upload,
    info: Any,
    study: Any,
    assay: Any,
    id_: str,
    parent: Any,
    identifiers: Callable[[str], str],
) -> AssaySheet:
    name, text = _member(upload, assay.path, "assay")

    def read(isa: Any) -> Any:
        table = isa.AssayReader.from_stream(*id_.split("-"), _stream(text), filename=name).read()
        isa.AssayValidator(info, study, assay, table, parent).validate()
        return table

    return AssaySheet(identifiers("assay"), assay, judged("assays", name, read, f"assay {name}"))


def _member(upload: Upload, path: Any, kind: str) -> tuple[str, str]:
    name = posixpath.basename(str(path or ""))
    refuse_if(name not in upload.files, 500, f'The {kind} file "{name}" is missing from the import.')
    return name, upload.files[name]


def _stream(text: str) -> io.StringIO:
    return io.StringIO(text, newline=None)


class _Judge:
    """Runs AltamISA and collects what it warns of, by file."""

    def __init__(self) -> None:
        self.report: dict[str, Any] = {"investigation": [], "studies": {}, "assays": {}}
        self.critical = 0

    def __call__(self, kind: str, name: str, step: Callable[[Any], Any], where: str) -> Any:
        from altamisa.exceptions import IsaException

        isa = importlib.import_module("altamisa.isatab")
        with _RECORDING, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                found = step(isa)
            except (IsaException, LookupError, TypeError, ValueError, AttributeError) as error:
                text = str(error) or type(error).__name__
                raise Refused(
                    500, text if kind == "investigation" else f"AltamISA refuses the {where}: {text}"
                ) from error
        entries = [{"message": str(each.message), "category": each.category.__name__} for each in caught]
        self.critical += sum(map(_is_critical, entries))
        if kind == "investigation":
            self.report[kind] += entries
        elif entries:
            self.report[kind][name] = entries
        return found

    def refuse_critical(self) -> None:
        """Refuse with the text of a tuple, first the count and then everything: that is how the server answers."""
        if self.critical:
            report = {**self.report, "all_ok": False, "critical_count": self.critical}
            words = f"{self.critical} critical warnings of AltamISA, nothing was imported"
            tables = {"Investigation": self.report["investigation"], **self.report["studies"], **self.report["assays"]}
            critical = [(name, each) for name, found in tables.items() for each in found if _is_critical(each)]
            told = [f"<li>{name}: {each['message']}</li>" for name, each in critical]
            raise Refused(500, str((words, report)), story=f"{words}<ul>{''.join(told)}</ul>")


def _is_critical(entry: Mapping[str, str]) -> bool:
    return entry["category"].startswith("Critical")


def warnings_of(sheets: Sheets) -> list[str]:
    """Return what a successful import still warns of: assays that the server has no plugin for."""
    found = []
    for assay in sheets.assays.values():
        kinds = _name(assay.info.measurement_type), _name(assay.info.technology_type)
        if kinds not in _KNOWN_ASSAYS:
            found.append(f"There is no plugin for the assay {assay.file_name}: {kinds[0]}, {kinds[1]}")
    return found


def _name(term: Any) -> str:
    return str(getattr(term, "name", term) or "")


def term(value: Any) -> Any:
    """Return an ontology term as the server writes it, or a plain text."""
    if not hasattr(value, "name"):
        return value or ""
    return {"name": value.name, "accession": value.accession, "ontology_name": value.ontology_name}


def written(sheets: Sheets) -> dict[str, Any]:
    """Return the export: base name -> TSV text, grouped as in the JSON export; rows of pooled materials expand."""
    isa: Any = importlib.import_module("altamisa.isatab")
    with _RECORDING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        investigation = _write(isa.InvestigationWriter, _as_stored(sheets.info))
        studies = {each.file_name: {"tsv": _write(isa.StudyWriter, each.table)} for each in sheets.studies}
        assays = {each.file_name: {"tsv": _write(isa.AssayWriter, each.table)} for each in sheets.assays.values()}
    return {
        "investigation": {"path": sheets.file_name, "tsv": investigation},
        "studies": studies,
        "assays": assays,
        "date_modified": sheets.date_modified,
    }


def _as_stored(info: Any) -> Any:
    """Order assays by file name and factors by length and name: the server's database does not keep their order."""
    evolve = importlib.import_module("attr").evolve
    studies = [
        evolve(
            study,
            assays=tuple(sorted(study.assays, key=lambda each: str(each.path))),
            factors=dict(sorted(study.factors.items(), key=lambda each: (len(each[0]), each[0]))),
        )
        for study in info.studies
    ]
    return evolve(info, studies=tuple(studies))


def _write(writer: Any, model: Any) -> str:
    out = io.StringIO()
    writer.from_stream(model, out, lineterminator="\n").write()
    return out.getvalue()
