"""The four shapes of a set: raw tables, tidy frames, the graph, and the sections of the investigation.

Raw tables are `Table.frame`; the others are here.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bionb.isatab.frames import tidy
from bionb.isatab.graph.annotations import ANNOTATION_DTYPES, annotation_columns
from bionb.isatab.graph.expansion import expansion_frame
from bionb.isatab.graph.graph import EDGE_DTYPES, NODE_DTYPES, Graph, graph_of
from bionb.isatab.model.investigation import frames_of
from bionb.isatab.model.members import Members
from bionb.isatab.text.typed import stacked_frame

if TYPE_CHECKING:
    import pandas as pd


class Shapes(Members):
    """The frames of a set."""

    @property
    def investigation(self) -> dict[str, pd.DataFrame]:
        """The sections of the investigation file as frames of text, one row an entry.

        Keys: ``ontology_sources``, ``investigation``, ``publications``, ``contacts``, and for each study
        ``studies``, ``designs``, ``study_publications``, ``factors``, ``assays``, ``protocols``,
        ``study_contacts``; beside them ``parameters`` and ``components``, the ``;`` lists of the protocols
        with one row an item. Columns: ``file`` (investigation file), ``study`` (``S1``, ``S2``, ... in order
        of the file, as in AltamISA's ids), ``entry`` (from 1), then the fields as ISA-Tab calls them, such as
        ``Study Identifier`` and ``Study File Name`` in ``studies``, ``Study Assay File Name`` in ``assays``.
        Empty entries are left out.
        """
        return frames_of(self[name] for name in self.investigations)

    def samples(
        self, study: str | None = None, *, numbers: bool = False, terms: bool = False, pairs: bool = False
    ) -> pd.DataFrame:
        """Return one row a sample, with everything the study files say about it.

        Parameters
        ----------
        study : str, optional
            A study file; all studies if left out.
        numbers : bool
            Convert columns in which every filled cell is a number; text otherwise.
        terms : bool
            Add ontology source and accession of each value.
        pairs : bool
            Keep one row for each row of the study file. Otherwise the values of a sample that was drawn from
            several sources are joined with ``;``.

        Returns
        -------
        pandas.DataFrame
            ``study`` (file name), ``Sample Name``, then the properties by their labels: ``age [year]`` where
            all rows have one unit, else ``age`` and ``age unit``.

        Examples
        --------
        >>> isa.samples(numbers=True)[["Sample Name", "age [year]"]]
        """
        names = self.studies if study is None else [self._name(study)]
        parts = {name: tidy.sample_columns(self[name], terms, pairs) for name in names}
        return tidy.to_frame(tidy.stacked(parts), numbers)

    def assay(self, name: str, *, numbers: bool = False, terms: bool = False) -> pd.DataFrame:
        """Return one row for each row of an assay file, with the properties of its sample.

        The study's columns are joined on ``Sample Name``; a row never becomes two. ``sample_in_study`` (bool)
        tells rows whose sample the study file does not know; their study columns are empty. A property that
        stands in both is taken from the assay; a factor that the assay leaves empty, from the study.

        Parameters
        ----------
        name : str
            An assay file.
        numbers, terms : bool
            As in `samples`.
        """
        import numpy as np

        file = self._name(name)
        study = next((s.file for s in self.declared for a in s.assays if a.file == file), None)
        columns, known = tidy.assay_columns(self[file], self[study] if study else None, terms)
        return tidy.to_frame(columns, numbers).assign(sample_in_study=np.array(known, dtype=bool))

    # Graph

    def nodes(self, table: str | None = None) -> pd.DataFrame:
        """Return the materials, data files and processes of one table or of all, in order of appearance.

        Parameters
        ----------
        table : str, optional
            A study or assay file.

        Returns
        -------
        pandas.DataFrame
            ``id`` (AltamISA's unique name), ``kind`` (``material``, ``data``, ``process``), ``type`` (header of
            the naming column), ``name`` (empty if unnamed), ``protocol`` (of a process), ``file``, ``column``
            (key in the frame) and ``named`` (bool). A sample is listed once for each file that names it, with
            one id.
        """
        return stacked_frame([graph.node_columns() for graph in self._graphs(table)], NODE_DTYPES)

    def edges(self, table: str | None = None) -> pd.DataFrame:
        """Return what leads to what, in one table or in all: ``source`` and ``target`` (ids), ``file``."""
        return stacked_frame([graph.edge_columns() for graph in self._graphs(table)], EDGE_DTYPES)

    def annotations(self, table: str | None = None) -> pd.DataFrame:
        """Return what is said about each node, one row a filled value.

        Returns
        -------
        pandas.DataFrame
            ``node`` (id), ``kind`` (``Characteristics``, ``Parameter Value``, ``Date``, ...), ``label`` (in the
            brackets), ``value``, ``term_source``, ``accession``, ``unit``, ``unit_term_source``,
            ``unit_accession``, ``file`` and ``column`` (key in the frame).
        """
        return stacked_frame([annotation_columns(graph) for graph in self._graphs(table)], ANNOTATION_DTYPES)

    def expansion(self) -> pd.DataFrame:
        """Say which tables AltamISA's writer, and so SODAR's export, will make longer or shorter.

        Paths are counted, not written out: a table of 180 rows that would become 32,400 is no work.

        Returns
        -------
        pandas.DataFrame
            ``file``, ``kind``, ``rows`` (now), ``rows_after`` (missing where the table cannot be written),
            ``skipped_lines`` (blank and comment lines, which are lost) and ``message`` (empty if all stays).
        """
        return expansion_frame(self._graphs(None))

    @cached_property
    def _known_graphs(self) -> dict[str, Graph]:
        return {}

    def graph(self, name: str) -> Graph:
        """Return the graph of a study or assay file."""
        file = self._name(name)
        if file not in self._known_graphs:
            self._known_graphs[file] = graph_of(self[file], *self.ids.get(file, ("S1", "")))
        return self._known_graphs[file]

    def _graphs(self, table: str | None) -> list[Graph]:
        names = dict.fromkeys([*self.studies, *self.assays]) if table is None else [self._name(table)]
        return [self.graph(name) for name in names]
