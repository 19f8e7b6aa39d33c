import io
import json
import stat
import subprocess
import sys
import zipfile

import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import read_isatab
from tests.isatab.sets import BOTH_PATHS, isatab, small, table, table_of


def packed(files, **attributes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            target.writestr(info, data)
    return buffer.getvalue()


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_every_real_set_opens_and_is_written_back_byte_for_byte(reference_data, real_sets, columnar_from):
    """The promise of this package, over all quotings and line ends that were found in the wild."""
    assert 43 == len(real_sets)
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = read_isatab(path, columnar_from=columnar_from)
        for name in [*isa.investigations, *isa.studies, *isa.assays]:
            assert len(isa[name].frame) == len(isa[name])
        again = read_isatab(isa.to_zip())
        assert list(real_sets[path.stem].items()) == list(again.files.items())


def test_folder_file_zip_and_bytes_give_the_same_set(tmp_path):
    """How the files were handed over says nothing about them."""
    isa = isatab(small())
    folder = isa.write(tmp_path / "set")
    archive_path = isa.write(tmp_path / "set.zip")

    assert isa == read_isatab(folder)
    assert isa == read_isatab(str(folder / "i_small.txt"))
    assert isa == read_isatab(archive_path)
    assert isa == read_isatab(archive_path.read_bytes())


def test_one_investigation_file_leaves_its_neighbours_out(tmp_path):
    """A folder with several investigations opens whole; naming one means that one."""
    files = small() | {"i_other.txt": b""}
    folder = isatab(files).write(tmp_path / "set")

    assert ["i_small.txt"] == read_isatab(folder / "i_small.txt").investigations
    assert ["i_other.txt", "i_small.txt"] == read_isatab(folder).investigations


def test_other_sets_in_sub_folders_are_left_out(tmp_path):
    """An old copy in a folder called backup must not make a second investigation; a sub-folder of tables belongs."""
    files = small()
    files["tables/a_small.txt"] = files.pop("a_small.txt")
    folder = isatab(files).write(tmp_path / "set")
    isatab(small()).write(folder / "backup")

    assert files.keys() == read_isatab(folder).files.keys()


def test_raw_data_beside_the_sheets_are_not_read(tmp_path):
    """A study folder may hold terabytes."""
    folder = isatab(small()).write(tmp_path / "set")
    (folder / "run1.raw").write_bytes(b"\0" * 100)

    assert small().keys() == read_isatab(folder).files.keys()


def test_the_json_export_of_a_server_opens(reference_data):
    """SODAR wraps its TSV in JSON; mapping, text and path are the same export."""
    path = reference_data / "data" / "sodar" / "export_i_small_1.1.4.json"
    isa = read_isatab(path)

    assert ["i_small/i_small.txt", "i_small/s_small.txt", "i_small/a_small.txt"] == list(isa.files)
    assert isa == read_isatab(json.loads(path.read_text())) == read_isatab(path.read_text())
    assert json.loads(path.read_text())["studies"]["s_small.txt"]["tsv"].encode() == isa.files[isa.studies[0]]


@pytest.mark.parametrize("name", ["../i_x.txt", "a/../../i_x.txt", "/i_x.txt", "C:/i_x.txt", "..\\i_x.txt"])
def test_a_member_outside_its_folder_is_refused(name):
    """Writing such a set would overwrite files elsewhere."""
    with pytest.raises(InvalidSheet, match="leaves the archive's folder"):
        read_isatab(packed([(name, b"")]))


def test_a_link_is_refused():
    """A link in an archive points to files of the reader."""
    with pytest.raises(InvalidSheet, match="is a link"):
        read_isatab(packed([("i_x.txt", b"/etc/hostname")], external_attr=(stat.S_IFLNK | 0o777) << 16))


def test_an_encrypted_member_is_refused():
    """There is no password to ask for."""
    data = bytearray(packed([("i_x.txt", b"abc")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(InvalidSheet, match="is encrypted"):
        read_isatab(bytes(data))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_repeated_member_is_refused():
    """Which of the two would SODAR take?"""
    with pytest.raises(InvalidSheet, match="is there twice"):
        read_isatab(packed([("i_x.txt", b"a"), ("i_x.txt", b"b")]))


def test_a_zip_bomb_is_refused():
    """Unpacking happens in memory."""
    with pytest.raises(InvalidSheet, match="times its size"):
        read_isatab(packed([("i_x.txt", b"\0" * 8_000_000)]))


def test_too_much_in_one_archive_is_refused(monkeypatch):
    """Many moderate members fill the memory as well as a bomb."""
    monkeypatch.setattr(bionb.packed, "MAX_BYTES", 5)
    with pytest.raises(InvalidSheet, match="is not read"):
        read_isatab(packed([("i_x.txt", b"abc"), ("s_x.txt", b"abc")]))
    monkeypatch.setattr(bionb.packed, "MAX_MEMBERS", 1)
    with pytest.raises(InvalidSheet, match="2 members"):
        read_isatab(packed([("i_x.txt", b"abc"), ("s_x.txt", b"abc")]))


def test_a_truncated_zip_is_refused():
    """A download that broke off."""
    with pytest.raises(InvalidSheet, match="no complete zip"):
        read_isatab(packed([("i_x.txt", b"abc")])[:-30])


@pytest.mark.parametrize("source", [b"", b"hello", b"{", b"[]", b'{"investigation": {}}', {}, 7, None])
def test_what_is_no_isatab_is_refused(source):
    """One clear error, whatever was handed over."""
    with pytest.raises(InvalidSheet):
        read_isatab(source)


def test_an_export_that_names_a_file_outside_is_refused():
    """A server is no more trusted than an archive."""
    export = {"investigation": {"path": "i.txt", "tsv": ""}, "studies": {"../../s_x.txt": {"tsv": ""}}}
    with pytest.raises(InvalidSheet, match="outside its folder"):
        read_isatab(export)


def test_a_missing_path_says_so(tmp_path):
    """The commonest mistake of all."""
    with pytest.raises(InvalidSheet, match=r"cannot read nowhere\.zip: No such file"):
        read_isatab(tmp_path / "nowhere.zip")


def test_other_members_are_kept():
    """Read-me files and nested archives belong to the set."""
    files = small() | {"README.md": b"hello", "__MACOSX/._i_small.txt": b"\0", "raw.zip": b"PK"}
    isa = read_isatab(isatab(files).to_zip())

    assert files == isa.files
    assert ["i_small.txt"] == isa.investigations


def test_two_packings_of_one_set_are_equal_bytes():
    """A stored archive can be compared with the next one."""
    assert isatab(small()).to_zip() == isatab(small()).to_zip()


def test_a_table_is_found_by_its_base_name():
    """Archives have a top folder that nobody wants to type."""
    isa = isatab({f"top/{name}": data for name, data in small().items()})

    assert "top/s_small.txt" == isa["s_small.txt"].name
    assert ["top/s_small.txt"] == isa.studies
    with pytest.raises(UsageError, match=r"no file called 's_none\.txt'; it has top/i_small"):
        isa["s_none.txt"]


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_cells_stay_as_they_are_written(columnar_from):
    """Pandas would read a name 007 as 7, and NA as missing."""
    values = ["NA", "nan", "None", "1e5", "007", "+1", " a ", "\xa0", "=1+1", "a\\b", "u;v", "True"]
    frame = table(["Source Name"], *([value] for value in values), columnar_from=columnar_from).frame

    assert values == frame["Source Name"].tolist()
    assert "str" == frame["Source Name"].dtype


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_blank_and_comment_lines_are_no_rows(columnar_from):
    """AltamISA skips them, and so would SODAR."""
    data = b"# made by hand\n\nSource Name\n\nx\n#y\n  #z\n"
    read = table_of(data, columnar_from)

    assert ["x"] == read.frame["Source Name"].tolist()
    assert [3, 5] == [read.line(None), read.line(0)]


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_short_row_has_empty_cells_at_its_end(columnar_from):
    """Spreadsheets drop trailing tabs."""
    read = table_of(b"Source Name\tDate\na\nb\tc\td\n", columnar_from)

    assert [["a", ""], ["b", "c"]] == read.frame.to_numpy().tolist()
    assert [1, 3] == list(read.cells.lengths)


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment", b"\xef\xbb\xbf"])
def test_a_file_without_header_has_an_empty_frame(data, columnar_from):
    """Nothing to show is no reason to fail."""
    assert (0, 0) == table_of(data, columnar_from).frame.shape


def test_a_line_number_counts_lines_inside_cells():
    """The editor of the user counts lines, not records."""
    assert 4 == table_of(b'Source Name\n"a\nb"\nc\n').line(1)


def test_reading_loads_no_heavy_library():
    """`import bionb` must stay instant, and reading bytes needs no pandas."""
    code = (
        "import sys, bionb, bionb.isatab; bionb.read_isatab;"
        "print([name for name in ('pandas', 'numpy', 'matplotlib', 'altamisa') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert "[]" == run.stdout.strip()


def test_the_package_offers_it():
    """`bionb.read_isatab` is the name in all notebooks."""
    assert read_isatab in (bionb.read_isatab, bionb.read_isatab.__wrapped__)  # its arguments are checked before
