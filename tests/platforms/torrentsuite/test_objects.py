"""Any resource: discovery, checked filters, complete pages."""

import json
from datetime import UTC, datetime

import pytest

from bionb.errors import UnknownFilter, UsageError
from bionb.listing import ListingChanged
from bionb.platforms.torrentsuite.wire.paging import ServerWarning, parameter
from bionb.platforms.torrentsuite.wire.records import clean


def test_the_root_names_95_resources(suite):
    """Everything the server has can be asked for by name."""
    names = [each["name"] for each in suite.resources()]

    assert 95 == len(names)
    assert {"chip", "compositeexperiment", "results", "plannedexperiment", "PluginResultJob"} <= set(names)


def test_a_schema_is_a_dict_and_a_table(suite, sent):
    """It is asked for once, however often it is needed."""
    schema = suite.schema("chip")
    frame = suite.schema("chip").to_frame()

    assert 1 == len(sent())
    assert "integer" == schema["fields"]["id"]["type"]
    assert ["field", "type", "related_type", "nullable"] == list(frame.columns[:4])
    assert "name" in frame[frame["filterable"]]["field"].tolist()
    assert "resource_uri" not in frame[frame["filterable"]]["field"].tolist()


def test_the_filter_example_of_the_document(suite):
    """Today's server puts the newest first; the document's three lines come back in the order of the ids."""
    newest = [chip["name"] for chip in suite.chips(name__startswith="31")]
    by_name = [chip["name"] for chip in suite.chips(name__startswith="31", order_by="name")]

    assert ["318D", "318select", "318v2", "316v2", "314v2", "318", "316", "314"] == newest
    assert ["314", "314v2", "316", "316v2", "318", "318D", "318select", "318v2"] == by_name
    assert ["314", "316", "318"] == [each["name"] for each in suite.chips(name__startswith="31", order_by="id")][:3]


def test_chips_have_a_stable_frame(suite, sandbox):
    """Declared columns first; fields that no schema tells are kept behind."""
    frame = suite.chips().to_frame()

    assert ["id", "name", "description", "instrumentType", "isActive", "slots"] == list(frame.columns[:6])
    assert ["str", "boolean", "Int64"] == [str(frame[name].dtype) for name in ("id", "isActive", "slots")]
    assert "thumbnailionstatsargs" in frame
    assert ["510", "520", "530", "540", "550"] == sorted(frame[frame["isActive"]]["name"])


def test_the_server_ignores_a_mistyped_filter(suite):
    """The reason for checking: the real server answers with everything, as this one does."""
    body = suite.session.json("GET", "/rundb/api/v1/chip/", params={"nam__startswith": "31"}, what="list chips")

    assert 15 == body["meta"]["total_count"]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"nam__startswith": "31"}, "no filter 'nam' and the server would silently ignore it; did you mean name"),
        ({"name__startwith": "31"}, "did you mean startswith"),
        ({"order_by": "nme"}, "no ordering 'nme'; did you mean name"),
        ({"order_by": ["-id", "descripton"]}, "did you mean description"),
        ({"resource_uri": "/x/"}, "no filter 'resource_uri'"),
    ],
)
def test_a_mistyped_filter_is_refused_with_a_suggestion(suite, sent, filters, words):
    """A silently unfiltered table is the worst of answers."""
    listing = suite.chips(**filters)
    assert [] == sent()
    with pytest.raises(UnknownFilter, match=words):
        listing.to_frame()
    assert ["/rundb/api/v1/chip/schema/"] == sent()


def test_a_filter_allowed_for_what_is_no_field_is_refused(suite):
    """Some schemas allow names that are no fields, and the server ignores those as well."""
    assert "library" in suite.schema("compositeexperiment")["filtering"]
    with pytest.raises(UnknownFilter, match="no filter 'library'"):
        suite.objects("compositeexperiment", library="hg19").to_frame()


def test_filters_reach_through_relations(suite):
    """Reports of one chip type, as in the reference."""
    names = {each["experiment"] for each in suite.objects("results", experiment__chipType="530")}

    assert "/rundb/api/v1/experiment/89/" in names
    assert "/rundb/api/v1/experiment/90/" not in names


def test_values_of_filters_are_written_as_the_server_reads_them(suite):
    """Python's True and lists are what people write."""
    assert ["28", "18", "10", "9", "7"] == suite.chips(isActive=True).to_frame()["id"].tolist()
    assert ["9", "7"] == suite.chips(id__in=[7, 9]).to_frame()["id"].tolist()
    assert ["9", "7"] == suite.chips(id__range=(7, 9)).to_frame()["id"].tolist()
    assert "false" == parameter(False)


def test_an_unknown_resource_is_refused_with_a_suggestion(suite):
    """The server answers with a web page."""
    with pytest.raises(UsageError, match="no resource 'chips'; did you mean chip"):
        suite.objects("chips").to_frame()
    with pytest.raises(UsageError, match="did you mean results"):
        suite.schema("result")


def test_2064_barcodes_are_three_requests(suite, sent):
    """The server gives 1000 at most, also for limit=0, which looks like 'all'."""
    frame = suite.objects("dnabarcode").to_frame()

    assert (2064, 2064) == (len(frame), frame["id_str"].nunique())
    assert ["/rundb/api/v1/dnabarcode/"] * 3 == sent()


def test_filters_are_sent_once_a_page(suite, sandbox):
    """The documented loop repeats them on every page, until a range breaks the server."""
    list(suite.objects("dnabarcode", name="IonXpress", limit=20))
    pages = [each.query for each in sandbox.received("torrentsuite") if "limit" in each.query]

    assert 5 == len(pages)
    assert all(1 == query.count("name=") for query in pages)


def test_the_documented_loop_repeats_its_filters(suite):
    """The server itself is innocent: it repeats what it is sent, as recorded."""
    first = suite.session.json("GET", "/rundb/api/v1/dnabarcode/", params={"id__range": "1,90"}, what="loop")
    answer = suite.session.request(
        "GET", first["meta"]["next"], params={"id__range": "1,90"}, what="loop", accept=(500,)
    )

    assert 500 == answer.status_code


def test_runs_are_read_on_their_own_path(suite, sent):
    """The next link of the runs leads into the mesh, which holds 100 runs at most and sorts them differently."""
    first = suite.session.json("GET", "/rundb/api/v1/compositeexperiment/", params={"limit": 10}, what="look")
    assert "/rundb/api/mesh/v1/" in first["meta"]["next"]
    runs = suite.objects("compositeexperiment", limit=10)

    assert 63 == len({each["id"] for each in runs})
    assert {"/rundb/api/v1/compositeexperiment/"} == set(sent())


def test_fewer_rows_with_a_warning_are_not_taken_for_all(suite, sandbox):
    """A server that cannot reach another one answers 200 with fewer runs; its warning is shown."""
    with (
        sandbox.fault("torrentsuite", "neighbour_down"),
        pytest.warns(ServerWarning, match="could not be fetched"),
    ):
        assert 31 == len(suite.objects("compositeexperiment").to_frame())


def test_a_server_that_repeats_a_page_ends_with_a_warning(suite, sandbox, sent):
    """The documented loop would go on for ever."""
    with (
        sandbox.fault("torrentsuite", "same_page"),
        pytest.warns(ListingChanged, match="announced 63 records and gave 20"),
    ):
        assert 20 == len(list(suite.objects("compositeexperiment", limit=20)))
    assert len(sent()) < 16


def test_a_page_size_of_0_or_5000_means_the_largest(suite, sent):
    """The server caps both at 1000, and so 0 is not 'all'."""
    assert 2064 == len(suite.objects("dnabarcode", limit=0).to_frame())
    assert 2064 == len(suite.objects("dnabarcode", limit=5000).to_frame())
    assert 6 == len(sent())


def test_a_resource_without_pages_is_one_record(suite):
    """The versions are an object, not a list."""
    assert ["5.18.1"] == suite.objects("torrentsuite").to_frame()["meta_version"].tolist()


def test_secrets_of_instruments_are_hidden(suite):
    """An instrument's record shows its FTP password to everyone who may log in."""
    passwords = {each["ftppassword"] for each in suite.objects("rig")}

    assert {"(hidden)"} == passwords


def test_whatever_is_called_a_secret_is_hidden(suite):
    """The keys with which servers of a mesh talk to each other are shown in clear by the server."""
    node = suite.objects("ionmeshnode")[0]

    assert ("(hidden)", "(hidden)", "Neighbour") == (node["apikey_local"], node["apikey_remote"], node["name"])
    assert "sandbox-mesh" not in suite.objects("ionmeshnode").to_frame().to_string()


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"ftppassword": "a", "api_key": "b", "authToken": "c", "client_secret": "d"}, "(hidden)"),
        ({"config": {"deep": [{"aws_secret_access_key": "x"}]}}, {"deep": [{"aws_secret_access_key": "(hidden)"}]}),
        ({"setting": {"name": "smtp_password", "value": "x"}}, {"name": "smtp_password", "value": "(hidden)"}),
        ({"libraryKey": "TCAG"}, "TCAG"),
        ({"default_library_key": "TCAG"}, "TCAG"),
        ({"key": "ATCG"}, "ATCG"),
        ({"password_max_age": 90}, 90),
        ({"apikey": None}, None),
        ({"aveKeyCounts": 78.0}, 78.0),
    ],
)
def test_what_is_hidden_and_what_is_not(record, shown):
    """A library has a key, too, and a run of bases is no secret."""
    assert {json.dumps(shown)} == {json.dumps(each) for each in clean(record).values()}


def test_a_field_that_is_no_filter_is_told_as_such(suite, sent):
    """The server refuses it, other than a name that it does not know; and the way that works is named."""
    with pytest.raises(UnknownFilter, match=r"'chipType'.*refuses to filter by it.* write experiment__chipType=\."):
        suite.plans(chipType="530").first(1)
    with pytest.raises(UnknownFilter, match="silently ignore it.* write experiment__chipType__startswith="):
        suite.reports(chipType__startswith="53").first(1)
    assert {"530"} == {each["chipType"] for each in suite.plans(experiment__chipType="530")}
    assert not any("plannedexperiment/?" in each for each in sent())


@pytest.mark.parametrize(
    "filters", [{"timeStamp__gte": 2020}, {"timeStamp__lt": "abc"}, {"timeStamp__range": ["2020-01-01", "x"]}]
)
def test_what_is_no_time_is_not_sent(suite, filters):
    """The server fails on it, with the advice to try again later."""
    with pytest.raises(UsageError, match="is no time, and the server would fail on it: write it as 2026-01-31"):
        suite.reports(**filters).first(1)


def test_times_of_all_forms_are_sent(suite):
    """As text, as a date, as a moment with its zone, and by a part of the time."""
    day = datetime(2025, 12, 20, tzinfo=UTC)
    wanted = {"2025-12-20", "2025-12-20 00:00", "2025-12-20T00:00:00+00:00", day, day.date()}
    assert {6} == {len(suite.reports(timeStamp__gte=each)) for each in wanted}
    assert 6 == len(suite.reports(timeStamp__year=2025, timeStamp__month=12))


def test_an_empty_server_gives_the_same_columns(suite, sandbox):
    """A notebook must not break before the first run."""
    full = suite.chips().to_frame().dtypes.to_dict()
    none = suite.chips(name="999").to_frame().dtypes.to_dict()

    assert 0 == len(suite.chips(name="999"))
    assert {name: full[name] for name in none} == none


def test_the_request_behind_a_listing_is_its_first_page(suite):
    """The schema that a filter needs is no part of the lesson."""
    suite.chips(name__startswith="31").to_frame()

    shown = suite.last_request.python
    assert "/rundb/api/v1/chip/" in shown
    assert "schema" not in shown
    assert "'name__startswith': '31'" in shown


@pytest.mark.parametrize("thing", [None, [3], True, 2.5, {"name": "a"}, " "])
def test_what_is_no_identifier_is_told_before_anything_is_sent(suite, sent, thing):
    """A server asked for plan None answers 404, which says nothing of the mistake."""
    words = r"is no id: pass a record with an 'id'|plan=...\) takes a whole number, a text or a dict"
    with pytest.raises(UsageError, match=words):
        suite.plan(thing)
    assert [] == sent()


def test_a_call_that_can_not_use_its_arguments_says_what_it_takes(suite):
    """In the words of the signature, which help() would show."""
    with pytest.raises(UsageError, match=r"missing a required argument.*Call it as plan\(plan: "):
        suite.plan()
