"""The sandbox's lists behave as the real framework's, as far as a notebook can notice."""

import pytest
import requests

from bionb.sandbox.tokens import token_of

KEY = {"Authorization": f"ApiKey ionadmin:{token_of('ionadmin')}"}


@pytest.fixture
def get(sandbox):
    def ask(path, **params):
        url = sandbox.url("torrentsuite") + "/rundb/api/v1/" + path
        return requests.get(url, params=params, headers=KEY, timeout=20, allow_redirects=False)

    return ask


def meta(answer):
    return answer.json()["meta"]


def names(answer, field="name"):
    return [each[field] for each in answer.json()["objects"]]


def test_twenty_records_a_page_unless_asked(get):
    """And a thousand at most, also for limit=0 and limit=5000."""
    assert (20, 2064) == (len(names(get("dnabarcode/"))), meta(get("dnabarcode/"))["total_count"])
    assert [1000, 1000] == [meta(get("dnabarcode/", limit=limit))["limit"] for limit in (0, 5000)]


def test_links_to_other_pages(get):
    """There is no link back from an offset smaller than the page, and none on from the last page."""
    assert None is meta(get("chip/", limit=2, offset=1))["previous"]
    assert meta(get("chip/", limit=2, offset=2))["previous"].endswith("limit=2&offset=0")
    assert None is meta(get("chip/", limit=2, offset=13))["next"]
    past = get("chip/", offset=500)
    assert (200, [], None) == (past.status_code, past.json()["objects"], meta(past)["next"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "540"}, ["540"]),
        ({"name__exact": "540"}, ["540"]),
        ({"name__iexact": "p1.1.17"}, ["P1.1.17"]),
        ({"name__contains": "select"}, ["318select"]),
        ({"name__icontains": "SELECT"}, ["318select"]),
        ({"name__endswith": "v2"}, ["318v2", "316v2", "314v2"]),
        ({"name__istartswith": "p1"}, ["P1.1.17"]),
        ({"name__in": "540,550"}, ["550", "540"]),
        ({"name__in": ["540", "550"]}, ["550", "540"]),
        ({"id__range": "9,10"}, ["540", "530"]),
        ({"id__gte": 21}, ["510", "318D"]),
        ({"id__gt": 21}, ["510"]),
        ({"id__lt": 2}, ["314"]),
        ({"id__lte": 2}, ["316", "314"]),
        ({"name__regex": "^5[12]0$"}, ["510", "520"]),
        ({"name__iregex": "^p.*7$"}, ["P1.1.17"]),
        ({"isActive": "true", "name__startswith": "54"}, ["540"]),
        ({"isActive": "True", "name__startswith": "54"}, ["540"]),
        ({"isActive": "1", "name__startswith": "54"}, ["540"]),
        ({"isActive": "false", "name__startswith": "54"}, []),
        ({"description__isnull": "true"}, []),
        ({"name": "540", "foo": "ignored"}, ["540"]),
    ],
)
def test_lookups(get, filters, expected):
    """Every lookup that notebooks use, and a name that nobody knows."""
    assert expected == names(get("chip/", **filters))


def test_times_can_be_looked_up_by_their_parts(get):
    """Runs of one month, or since a day."""
    month = get("results/", timeStamp__year=2025, timeStamp__month=12, limit=0)
    since = get("results/", timeStamp__gte="2025-12-20", limit=0)

    assert {1, 2, 3, 4, 5, 6} == set(names(since, "id"))
    assert {1, 2, 3, 4, 5, 6} == set(names(month, "id"))


def test_relations_and_big_integers_can_be_filtered(get):
    """Across links and in nested records; numbers that come as text are compared as numbers."""
    assert {3, 2, 6} <= set(names(get("results/", experiment__chipType="540", limit=0), "id"))
    assert [3] == names(get("libmetrics/", report=3), "id")
    assert [2, 1] == names(get("libmetrics/", report__in="1,2"), "id")
    assert [3] == names(get("qualitymetrics/", q0_bases__range="14055000000,14056000000"), "id")
    assert 0 < meta(get("plannedexperiment/", experiment__status="run"))["total_count"]


def test_orders(get):
    """Newest first unless asked; several orders; references by name and runs by date on their own."""
    assert ["510", "318D"] == names(get("chip/", limit=2))
    assert ["314", "314v2"] == names(get("chip/", limit=2, order_by="name"))
    assert ["550", "540"] == names(get("chip/", limit=2, order_by=["-isActive", "-name"]))
    assert ["e_coli_dh10b", "hg19", "mm10"] == names(get("referencegenome/"), "short_name")
    assert [89, 90, 91] == names(get("compositeexperiment/", limit=3), "id")


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"limit": -1}, 400),
        ({"limit": "abc"}, 400),
        ({"offset": -1}, 400),
        ({"offset": "abc"}, 400),
        ({"order_by": "foo"}, 400),
        ({"id": "abc"}, 400),
        ({"name__foo": "1"}, 400),
        ({"resource_uri": "x"}, 400),
        ({"id__range": ["1,2", "3,4"]}, 500),
    ],
)
def test_bad_queries(get, params, status):
    """Refused with one text, except the doubled range that breaks the real server, too."""
    answer = get("chip/", **params)

    assert status == answer.status_code
    assert ["error" if status == 400 else "error_message"] == list(answer.json())


def test_reports_tell_their_plugins_one_by_one(get):
    """In a list only when asked, in a detail unless told not to."""
    assert "pluginState" not in get("results/", limit=1).json()["objects"][0]
    assert "pluginState" in get("results/", limit=1, plugin="true").json()["objects"][0]
    assert "pluginState" in get("results/3/").json()
    assert "pluginState" not in get("results/3/", noplugin="true").json()


def test_several_records_by_their_numbers(get):
    """The framework's own way to fetch a few."""
    answer = get("chip/set/7;9/")

    assert ["520", "530"] == names(answer)
    assert "meta" not in answer.json()
    lost = get("chip/set/1;9999/")
    assert (200, ["9999"], ["314"]) == (lost.status_code, lost.json()["not_found"], names(lost))


def test_methods_that_are_not_allowed(sandbox):
    """The answer is the list of those that are."""
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/sample/"
    answer = requests.delete(url, headers=KEY, timeout=20)

    assert (405, "GET,POST,PUT", "GET,POST,PUT") == (answer.status_code, answer.text, answer.headers["Allow"])


def test_a_form_is_no_plan(sandbox):
    """The real server fails on anything that is no JSON."""
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/plannedexperiment/"
    answer = requests.post(url, data={"planName": "x"}, headers=KEY, timeout=20)

    assert (500, ["error_message"]) == (answer.status_code, list(answer.json()))


def test_the_mesh_holds_a_hundred_runs_of_each_server(sandbox):
    """Sorted by another date than the plain list, with a warning about the rest."""
    sandbox.reset("busy")
    url = sandbox.url("torrentsuite") + "/rundb/api/mesh/v1/compositeexperiment/"
    body = requests.get(url, params={"limit": 0}, headers=KEY, timeout=20).json()
    dates = [each["date"] for each in body["objects"]]

    assert 100 == body["meta"]["total_count"] == len(dates)
    assert sorted(dates, reverse=True) == dates
    assert 1 == len(body["warnings"])


def test_the_next_link_can_be_kept_on_its_path(sandbox, get):
    """A quirk that can be switched off, to compare."""
    assert "/mesh/" in meta(get("compositeexperiment/", limit=5))["next"]
    with sandbox.fault("torrentsuite", "plain_next"):
        assert "/mesh/" not in meta(get("compositeexperiment/", limit=5))["next"]


def test_the_same_data_in_every_run(get, sandbox):
    """Stored outputs of notebooks stay equal, also after a plan was made and the sandbox reset."""
    before = get("results/", limit=0).json()
    plans = get("plannedexperiment/", limit=0).json()
    body = {"planName": "x", "chipType": "520", "templatingKitName": "Ion 520/530 Kit-OT2", "sample": "s"}
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/plannedexperiment/"
    made = requests.post(url, json=body, headers=KEY, timeout=20).json()
    sandbox.reset()
    again = requests.post(url, json=body, headers=KEY, timeout=20).json()

    assert made == again
    sandbox.reset()
    assert before == get("results/", limit=0).json()
    assert plans == get("plannedexperiment/", limit=0).json()


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("results/", {"experiment__chip": 1}, 400),
        ("results/", {"experiment__plan__chipType": "540"}, 400),
        ("results/", {"timeStamp__gte": "2020"}, 500),
        ("compositeexperiment/", {"date__gte": "abc"}, 400),
        ("chip/", {"name__regex": "("}, 500),
        ("chip/", {"name__iregex": "*"}, 500),
        ("pluginresult/", {"state": "Error"}, 400),
        ("ionreporter/", {}, 400),
        ("prepopulatedplanningsession/", {}, 405),
        ("prepopulatedplanningsession/schema/", {}, 500),
        ("getsoftwareinfo/schema/", {}, 500),
        ("account/schema/", {}, 401),
    ],
)
def test_what_the_genuine_server_does_not_answer(get, path, params, status):
    """As recorded; none of it takes the sandbox down."""
    assert status == get(path, **params).status_code


@pytest.mark.parametrize(
    ("path", "filters", "least", "most"),
    [
        ("compositeexperiment/", {"all_text": "cfDNA OR exome"}, 2, 40),
        ("compositeexperiment/", {"all_text": "nothing of the kind"}, 0, 0),
        ("compositeexperiment/", {"all_date": "12/20/2025 00:00,12/31/2025 23:59"}, 1, 3),
        ("compositeexperiment/", {"samples__name__in": "donor 01-1"}, 1, 5),
        ("compositeexperiment/", {"samples__name__in": "nobody"}, 0, 0),
        ("compositeexperiment/", {"plugins__name__in": "DataExport"}, 1, 1),
        ("compositeexperiment/", {"plugins__name__in": "noPlugin"}, 0, 0),
        ("compositeexperiment/", {"sample_prep": "IC"}, 0, 0),
        ("compositeexperiment/", {"result_status": "Progress"}, 1, 20),
        ("plannedexperiment/", {"name_or_id": "wholetranscriptome"}, 1, 1),
        ("plannedexperiment/", {"chipBarcode": "DABC0123"}, 0, 0),
        ("plannedexperiment/", {"combinedLibraryTubeLabel": "x"}, 0, 0),
        ("pluginresult/", {"plugin_result_jobs__state": "Declined"}, 1, 30),
    ],
)
def test_filters_that_no_schema_tells_are_applied(get, path, filters, least, most):
    """A filter that is taken and not applied gives all rows, which look like an answer."""
    assert least <= meta(get(path, limit=1, **filters))["total_count"] <= most


def test_head_is_no_method_here(sandbox):
    """The real server lists the methods that it takes."""
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/chip/"
    answer = requests.head(url, headers=KEY, timeout=20)

    assert (405, True) == (answer.status_code, "GET" in answer.headers["Allow"])
