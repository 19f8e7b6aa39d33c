"""Small, seeded faults in real files, as people and programs make them."""

import random

VALUES = [
    *("", " ", "x", "a;b", ";", "a\\;b", "#", "2020-02-30", "2020-2-3", "Unknown", "UO", "NCBITAXON", '"', "\xe9"),
    *("Term Source REF", "Sample Name", "collection", "123", "\ufeff", "nucleotide sequencing", "mass spectrometry"),
]
HEADERS = [
    *("Sample Name", "Source Name", "Protocol REF", "Unit", "Term Source REF", "Term Accession Number", "Date"),
    *("Extract Name", "Assay Name", "Raw Data File", "Label", "Material Type", "Performer", "Comment[x]", "foo"),
    *("Parameter Value[x]", "Characteristics[x]", "Factor Value[x]", "Comment [x]", "Array Design REF", ""),
    *("MS Assay Name", "Scan Name", "First Dimension", "Array Data File", "Library Name", "sample name"),
]


def mutate(files, seed):
    """The files with one to three faults; which ones depends on the seed alone."""
    chance = random.Random(seed)
    files = dict(files)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        name = chance.choice([name for name in files if name.endswith(".txt")])
        lines = files[name].decode("utf-8", "surrogateescape").split("\n")
        rows = [line.split("\t") for line in lines]
        chance.choice(FAULTS)(rows, chance)
        text = "\n".join("\t".join(row) for row in rows)
        files[name] = text.encode("utf-8", "surrogateescape")
    return files


def _row(rows, chance):
    return chance.randrange(len(rows))


def _cell(rows, chance):
    row = rows[_row(rows, chance)]
    row[chance.randrange(len(row))] = chance.choice(VALUES)


def _copied_cell(rows, chance):
    row, other = rows[_row(rows, chance)], rows[_row(rows, chance)]
    position = chance.randrange(len(row))
    row[position] = other[min(position, len(other) - 1)]


def _quoted_cell(rows, chance):
    row = rows[_row(rows, chance)]
    position = chance.randrange(len(row))
    row[position] = '"' + row[position].strip('"') + '"'


def _header(rows, chance):
    row = rows[0]
    row[chance.randrange(len(row))] = chance.choice(HEADERS)


def _repeated_row(rows, chance):
    rows.insert(_row(rows, chance), list(rows[_row(rows, chance)]))


def _lost_row(rows, chance):
    if len(rows) > 1:
        del rows[_row(rows, chance)]


def _lost_cells(rows, chance):
    row = rows[_row(rows, chance)]
    del row[max(1, len(row) - chance.choice([1, 1, 2, 5])) :]


def _more_cells(rows, chance):
    rows[_row(rows, chance)] += [chance.choice(["", "x"])] * chance.choice([1, 2])


def _lost_column(rows, chance):
    position = chance.randrange(len(rows[0]))
    for row in rows:
        del row[position : position + 1]


def _new_column(rows, chance):
    position, header, value = chance.randrange(len(rows[0]) + 1), chance.choice(HEADERS), chance.choice(VALUES)
    for number, row in enumerate(rows):
        if len(row) > 1 or number == 0:
            row.insert(position, value if number else header)


def _swapped_columns(rows, chance):
    one, other = chance.randrange(len(rows[0])), chance.randrange(len(rows[0]))
    for row in rows:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _emptied_column(rows, chance):
    position = chance.randrange(len(rows[0]))
    for row in rows[1:]:
        if position < len(row):
            row[position] = ""


FAULTS = [
    *(_cell, _cell, _cell, _copied_cell, _copied_cell, _copied_cell, _quoted_cell, _header, _repeated_row),
    *(_lost_row, _lost_cells, _more_cells, _lost_column, _new_column, _swapped_columns, _emptied_column),
]
