"""The sandbox answers like the documented server, also where bionb does not ask."""

import itertools
import json

import pytest
import requests

from bionb.errors import JobFailed, UsageError
from bionb.sandbox.tokens import token_of
from tests.platforms.odm.conftest import LIVER

API = "/api/v1/"


@pytest.fixture
def ask(sandbox):
    """Ask the sandbox as a plain script would, as the curator or another user."""

    def ask(method, path, user="alice", headers=None, **options):
        headers = {"Genestack-API-Token": token_of(user)} | (headers or {})
        return requests.request(method, sandbox.url("odm") + API + path, headers=headers, timeout=10, **options)

    return ask


@pytest.mark.parametrize(
    ("method", "path", "user", "status"),
    [
        ("GET", "as-user/studies", "nobody", 401),
        ("GET", "as-curator/studies", "bob", 403),
        ("POST", "jobs/import/study", "bob", 403),
        ("DELETE", "xrefsets/GSF1", "bob", 403),
        ("GET", "as-user/studies?pageLimit=2001", "bob", 400),
        ("GET", "as-user/studies?pageOffset=x", "bob", 400),
        ("GET", "as-user/studies/GSF1", "bob", 404),
        ("GET", f"as-user/samples/{LIVER}", "bob", 404),
        ("GET", "as-user/nothing", "bob", 404),
        ("POST", "as-user/studies", "alice", 405),
        ("GET", "as-user/omics/expression/data", "bob", 400),
        ("GET", "as-user/integration/link/samples/by/study/GSF1", "bob", 404),
        ("POST", "as-curator/integration/link/variant/group/GSF1/to/library/group/GSF2", "alice", 400),
        ("DELETE", "as-curator/integration/link/cell/group/GSF1146935/to/library/group/GSF1146912", "alice", 400),
        ("GET", "jobs/7/output", "alice", 404),
        ("PUT", "jobs/1241/restart", "alice", 400),
        ("POST", "jobs/import/study/multipart", "alice", 404),
        ("POST", "jobs/import/study", "alice", 400),
        ("GET", "tasks/1", "alice", 404),
    ],
)
def test_refusals_have_the_status_and_form_of_the_server(ask, method, path, user, status):
    """Clients read the reason from error.message, whatever went wrong."""
    answer = ask(method, path, user)

    assert status == answer.status_code
    assert answer.json()["error"]["message"]


ODD = ("", " ", "0", "-1", "x", "c-1", '"', "((", "a=~b<c", "(" * 5000, "NOT", "=", "ä" * 300, "\\")


@pytest.mark.parametrize("role", ["as-user", "as-curator"])
def test_no_value_of_any_parameter_crashes_it(sandbox, reference_data, role):
    """A learner's typing error is answered as the server would, never by a traceback of the sandbox."""
    facts = json.loads((reference_data / "data" / "odm" / "odm-api-facts.json").read_text("utf-8"))
    token, crashed = {"Genestack-API-Token": token_of("alice")}, []
    for each in facts["endpoints"]:
        if each["method"] != "GET" or f"/{role}/" not in each["path"]:
            continue
        group = "GSF1146912" if "preparation" not in each["path"] else "GSF1146921"
        path = each["path"].format(id=group if "group" in each["path"] else LIVER, version="v1")
        names = [one["name"] for one in each["params"] if one["in"] == "query"]
        with requests.Session() as session:
            for name, odd in itertools.product(names, ODD[:4] if role == "as-curator" else ODD):
                answer = session.get(sandbox.url("odm") + path, params={name: odd}, headers=token, timeout=10)
                if answer.status_code >= 500:
                    crashed.append((path, name, odd[:20], answer.status_code))

    assert [] == crashed


VCF = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tLIV01\n"


def test_a_variant_without_quality_is_imported(odm, tmp_path):
    """The format writes a point for what is not known; some callers write no quality at all."""
    path = tmp_path / "unknown.vcf"
    path.write_text(VCF + "chr1\t7\t.\tA\tC\t.\t.\t.\tGT\t0/1\nchr1\t9\trs1\tA\t.\t30\tPASS\tGENE=X\tGT\t0/0\n")
    group = odm.wait_job(odm.import_variant(path)).accession
    odm.link_variant(group, "GSF1146902")
    found = odm.session.json(
        "GET", "api/v1/as-user/omics/variant/data", params={"vxQuery": "region=chr1:7-9"}, what="read the variants"
    )["data"]

    rows = [each["variant"] for each in found if each["itemOrigin"]["groupId"] == group]
    assert [None, 30.0] == [each["qual"] for each in rows]
    assert [[], ["rs1"]] == [each["id"] for each in rows]
    assert [{}, {"GENE": "X"}] == [each["info"] for each in rows]


def test_a_variant_file_without_samples_is_imported(odm, tmp_path):
    """Eight columns are the least."""
    path = tmp_path / "sites.vcf"
    path.write_text(
        "\n".join("\t".join(line.split("\t")[:8]) for line in VCF.splitlines()) + "\nchr1\t7\t.\tA\tC\t.\t.\t.\n"
    )

    assert odm.wait_job(odm.import_variant(path)).accession


@pytest.mark.parametrize(
    ("kind", "name", "content", "options"),
    [
        ("variant", "a.vcf", b"", {}),
        ("variant", "a.vcf", VCF.encode() + b"chr1\t7\n", {}),
        ("variant", "a.vcf", VCF.encode() + b"chr1\tseven\t.\tA\tC\thigh\t.\t.\tGT\t0/1\n", {}),
        ("variant", "a.vcf", b"\xff\xfe\x00", {}),
        ("variant", "a.vcf.gz", b"not packed", {}),
        ("flow_cytometry", "a.tsv", b"", {}),
    ],
)
def test_a_broken_file_fails_its_job_and_not_the_server(odm, clock, tmp_path, kind, name, content, options):
    """The guide's errors come with the job's output."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(JobFailed, match="READ|VALIDATE"):
        odm.wait_job(getattr(odm, f"import_{kind}")(path, **options))


def test_of_two_tokens_the_access_token_wins(ask):
    """As the guide says."""
    assert 401 == ask("GET", "as-user/studies", "alice", {"Authorization": "Bearer wrong"}).status_code
    assert (
        200 == ask("GET", "as-curator/studies", "wrong", {"Authorization": f"Bearer {token_of('alice')}"}).status_code
    )


def test_lists_come_as_tab_separated_text_on_request(ask):
    """Declared for all lists of metadata; several values stand between bars."""
    answer = ask("GET", "as-user/libraries", headers={"Accept": "text/tab-separated-values"})
    lines = answer.text.splitlines()

    assert answer.headers["Content-Type"].startswith("text/tab-separated-values")
    assert 8 == len(lines)
    assert "LIV07|LIV08" in lines[-1]


def test_files_are_downloaded_whole_and_in_parts(ask):
    """200 for the file, 206 for a range, HEAD for its size."""
    file = ask("GET", "as-user/files").json()["data"][0]["genestack:accession"]
    path = f"as-user/files/{file}/download"
    whole, part = ask("GET", path), ask("GET", path, headers={"Range": "bytes=9-16"})

    assert (200, 206) == (whole.status_code, part.status_code)
    assert whole.content[9:17] == part.content == b"protocol"
    assert str(len(whole.content)) == ask("HEAD", path).headers["Content-Length"]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("library/by/sample/GSF1146904", 1),
        ("preparation/by/sample/GSF1146904", 1),
        (f"library/group/by/study/{LIVER}", 1),
        (f"preparation/group/by/study/{LIVER}", 1),
        (f"files/by/study/{LIVER}", 1),
    ],
)
def test_short_readings_are_plain_lists(ask, path, count):
    """No envelope: a client must not look for data in them."""
    found = ask("GET", f"as-user/integration/link/{path}").json()

    assert isinstance(found, list)
    assert count == len(found)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ('samples/by/libraries?filter="Library ID"="LIB07"', 2),
        ('samples/by/preparations?filter="Preparation ID"="PREP01"', 1),
        ('libraries/by/samples?filter="Sample Source ID"="LIV08"', 1),
        ('preparations/by/samples?filter="Sex"="F"', 2),
        ('studies/by/samples?query="liver fibrosis"', 1),
        ("studies/by/libraries", 1),
        ("studies/by/files", 1),
        ("library/libraries-to-samples/by/group/GSF1146912", 8),
        ("preparation/preparations-to-samples/by/group/GSF1146921", 4),
        ("expression/run-to-libraries/by/group/GSF1146928", 7),
        ("expression/run-to-preparations/by/group/GSF1146930", 4),
        ("variant/run-to-samples/by/group/GSF1146932", 8),
        ("variant/by/sample/GSF1146904", 3),
        ("flow-cytometry/by/sample/GSF1146904", 2),
        ("expression/by/library/GSF1146914", 6),
    ],
)
def test_long_readings_are_pages(ask, path, count):
    """The filter addresses what stands after 'by'."""
    body = ask("GET", f"as-user/integration/link/{path}").json()

    assert count == len(body["data"]) == body["meta"]["pagination"]["total"]


def test_a_study_is_found_from_its_samples_and_files(ask):
    """One record, no list."""
    file = ask("GET", "as-user/files").json()["data"][0]["genestack:accession"]
    for path in ("study/by/sample/GSF1146904", f"study/by/file/{file}"):
        assert LIVER == ask("GET", f"as-user/integration/link/{path}").json()["genestack:accession"]


def test_data_lists_know_groups_and_runs(ask):
    """Groups by page, runs by cursor."""
    groups = ask("GET", 'as-user/expressions/group?filter="Data Class"="Proteomics"').json()["data"]
    runs = ask("GET", "as-user/expressions/runs/by/group/GSF1146928?pageLimit=5").json()

    assert ["GSF1146930"] == [each["itemId"] for each in groups]
    assert (5, True) == (len(runs["data"]), bool(runs["cursor"]))
    group = ask("GET", f"as-user/expressions/group/by/run/{runs['data'][0]['runId']}").json()
    assert "GSF1146928" == group["itemId"]


def test_variants_and_cells_are_queried(ask):
    """Of the kinds of data that bionb does not read in full, the answers are there."""
    variants = ask("GET", "as-user/omics/variant/data?vxQuery=info.GENE=NRAS").json()["data"]
    flow = ask("GET", "as-user/omics/flow-cytometry/data?fxQuery=marker=CD3").json()["data"]
    cells = ask("GET", "as-user/omics/cells?cellQuery=cellType=hepatocyte").json()["data"]
    stream = ask("GET", "as-user/omics/variant/streamed-data?groupAccession=GSF1146932").text

    assert ("chr1", 8) == (variants[0]["variant"]["chrom"], len(variants))
    assert [120.5, 98.2, 143.0] == [each["value"]["value"] for each in flow]
    assert 6 == len(cells)
    assert 4 == len(stream.splitlines())


def test_unlinked_groups_are_found(ask, odm):
    """After a failed lesson an administrator can clean up."""
    assert [] == ask("GET", "manage-data/detached-objects").json()["data"]
    made = odm.wait_job(odm.import_samples("s3://example_data/GSE60871/GSE60871_samples.tsv"))
    found = ask("GET", "manage-data/detached-objects").json()["data"]

    assert [made.accession] == [each["genestack:accession"] for each in found]


def test_mappings_are_deleted_by_who_made_them(ask, odm):
    """And by nobody else."""
    mapping = odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")["xrefSetId"]

    assert mapping == ask("GET", f"xrefsets/{mapping}/metadata").json()["xrefSetId"]
    assert 204 == ask("DELETE", f"xrefsets/{mapping}").status_code
    assert 404 == ask("DELETE", f"xrefsets/{mapping}").status_code


def test_types_of_links_can_be_asked_for(ask):
    """The generic operation takes words that the server names here."""
    assert "expressionGroup" in ask("GET", "as-user/data-types").json()
    assert {"firstType", "secondType"} == set(ask("GET", "as-user/data-types/links").json()[0])
    body = {"firstType": "expressionGroup", "firstIds": ["GSF1146928"]}
    assert [] == ask("POST", "as-user/links/get-batch", "bob", json=body).json()["data"]


def test_a_state_that_does_not_exist_is_told(sandbox):
    """With those there are."""
    with pytest.raises(UsageError, match="imported, linked"):
        sandbox.reset("finished")
