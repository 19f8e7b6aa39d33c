"""The groups and definitions of ODM's API documentation, and where their endpoints are in this client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

QUERY, IMPORT, SOURCES, MANAGE = "Query and retrieve", "Import and curate", "Data sources", "Manage organisation"
# Definition without its role -> methods for consumers, methods for curators.
_BY_ROLE = {
    "study": ("studies, study, versions", "update_study, update"),
    "sample": ("samples, sample", "update_sample, update"),
    "library": ("libraries, library", "update"),
    "preparation": ("preparations, preparation", "update"),
    "cell": ("cells, cell", "import_cells"),
    "expression": ("groups, runs, measurements", "update"),
    "variant": ("groups('variant'), runs, measurements", "versions"),
    "flowCytometry": ("groups('flow_cytometry'), runs, measurements", "update"),
    "file": ("files, file, download_files", "import_file"),
    "integration": (
        "search_studies, omics_samples, expression, variants, flow_cytometry, cells, cell_expression, stream_*, linked,"
        " study_of, study_files, pairs, data_of, completeness",
        "link_*, unlink_*, links, publish, validation_summary",
    ),
}
_OTHERS = (
    ("job", IMPORT, "curators", "import_*, job, wait_job, stop_job, restart_job"),
    ("tasks", IMPORT, "curators", "publish"),
    ("referenceData", SOURCES, "curators upload, all read", "import_mapping, mapping, mapping_entries, delete_mapping"),
    (
        "referenceGenome",
        SOURCES,
        "curators upload, all read",
        "reference_genomes, reference_genome, create_reference_genome",
    ),
    ("processorsController", SOURCES, "curators", ""),
    ("manageData", MANAGE, "administrators", "detached_objects, delete"),
    ("audit", MANAGE, "administrators", "audit_events"),
    ("scimUsers", MANAGE, "administrators", ""),
    ("scimGroups", MANAGE, "administrators", ""),
)


def definitions() -> pd.DataFrame:
    """Return the Swagger definitions: the entries of the selector at the top right of the API documentation.

    Returns
    -------
    DataFrame
        ``definition``, ``group`` (on the start page), ``who`` may use it, ``methods`` (of this client; empty when it
        has none).

    Examples
    --------
    >>> definitions().set_index("definition").loc["job", "who"]
    'curators'
    """
    import pandas as pd

    rows: list[tuple[str, str, str, str]] = []
    for name, (user, curator) in _BY_ROLE.items():
        rows.append((f"{name}User", QUERY, "all", user))
        rows.append((f"{name}Curator", IMPORT, "curators", curator))
    return pd.DataFrame([*rows, *_OTHERS], columns=["definition", "group", "who", "methods"])
