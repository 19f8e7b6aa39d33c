"""Run by the vendor's Python client in its own environment: a whole walk, its answers as JSON on standard output.

Arguments: the server's URL, a token, and a local file to upload.
"""

import json
import pathlib
import sys
import time

import odm_api
from odm_api.exceptions import ApiException

URL, TOKEN, UPLOAD = sys.argv[1:]
BUCKET = "s3://example_data/GSE60871/GSE60871_"
client = odm_api.ApiClient(odm_api.Configuration(host=URL, api_key={"Genestack-API-Token": TOKEN}))


def api(name):
    """Return one of the generated classes of methods."""
    return getattr(odm_api, name)(client)


def plain(value):
    """Return a model as plain JSON."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def status(call, *args, **options):
    """Return the HTTP status of a call, also of a refused one."""
    try:
        return call(*args, **options).status_code
    except ApiException as error:
        return error.status


def finished(info):
    """Wait for a job as a user of the generated client has to, and return its output."""
    for _ in range(100):
        output = api("JobOperationsApi").output(info.job_exec_id)
        if output.status in ("COMPLETED", "FAILED", "STOPPED"):
            return plain(output)
        time.sleep(0.02)
    raise SystemExit("the job does not end")


found = {}
jobs = api("DataImportJobsApi")
study = jobs.start_import_study(
    body=odm_api.ImportMetadataRequest(source="S3", metadata_link=BUCKET + "study.tsv", template_id="GSF000065")
)
samples = jobs.start_import_samples(
    body=odm_api.ImportMetadataRequest(source="S3", metadata_link=BUCKET + "samples.tsv")
)
data = jobs.start_import_expression(
    body=odm_api.ImportExpressionSignalRunRequest(
        source="S3", data_link=BUCKET + "expression.gct", data_class="Bulk transcriptomics"
    )
)
found["jobs"] = [each.job_exec_id for each in (study, samples, data)]
found["info"] = json.loads(api("JobOperationsApi").info_without_preload_content(study.job_exec_id).data)
found["outputs"] = [finished(each) for each in (study, samples, data)]
found["duplicate"] = status(
    jobs.start_import_study_with_http_info,
    body=odm_api.ImportMetadataRequest(metadata_link=BUCKET + "study.tsv"),
)
study_id, group_id, data_id = (
    output["result"].get("accession") or output["result"]["groupAccession"] for output in found["outputs"]
)
link = api("SampleIntegrationAsCuratorApi").create_sample_group_study_link_as_curator_with_http_info
found["linked samples"] = status(link, group_id, study_id)
link = api("ExpressionIntegrationAsCuratorApi").create_expression_group_sample_group_link_as_curator_with_http_info
found["linked data"] = status(link, data_id, group_id)
found["link nowhere"] = status(link, data_id, "GSF9999999")

upload = api("DataImportViaDirectFileUploadApi").start_import_samples_multipart
content = pathlib.Path(UPLOAD)
found["upload"] = finished(upload(file=(content.name, content.read_bytes())))

users = api("StudySPoTAsUserApi")
found["studies"] = plain(users.search_studies_as_user())["data"]
found["study"] = plain(users.get_study_as_user(study_id))
found["samples"] = plain(
    api("SampleSPoTAsUserApi").search_samples_as_user(
        filter='"Organism"="Mus musculus" AND "Tissue"="tumor"', returned_metadata_fields="original_data_included"
    )
)
found["in study"] = plain(api("SampleIntegrationAsUserApi").get_samples_by_study_as_user(study_id))["data"]
omics = api("OmicsQueriesAsUserApi")
found["omics samples"] = plain(omics.omics_search_samples_as_user(study_filter='"Study Source ID"="GSE60871"'))
found["expression"] = plain(omics.omics_search_expression_data_as_user(ex_query="feature=Stat3,Cd8a"))["data"]
found["matrix"] = omics.omics_search_streamed_expression_data_as_user_without_preload_content(
    group_accession=data_id
).data.decode()
found["variants"] = plain(omics.omics_search_variant_data_as_user(vx_query="feature=PNPLA3"))["data"]
found["flow"] = plain(omics.omics_search_flow_cytometry_data_as_user(fx_query='CellPopulation="T cells"'))["data"]
found["cells"] = plain(omics.omics_search_cells_as_user(cell_query="cellType=hepatocyte"))["data"]
found["cell data"] = plain(omics.omics_search_cells_expression_data_as_user(ex_query="feature=ALB"))["data"]
found["genotypes"] = omics.omics_search_streamed_variant_data_as_user_without_preload_content(
    group_accession=found["variants"][0]["itemOrigin"]["groupId"]
).data.decode()
found["genomes"] = plain(api("ReferenceGenomeApi").search_reference_genomes())["data"]
managing = api("ManageDataApi")
found["detached"] = plain(managing.get_detached_objects())["data"]
found["events"] = plain(api("AuditApi").search_audit_events(study_accession=study_id))["events"]
search = api("StudyIntegrationAsUserApi").search_studies_by_filter_as_user
found["search"] = plain(search(request=odm_api.SearchStudyRequest(filters=[{"type": "FULL_TEXT", "match": "mouse"}])))
mapping = api("XrefsetQueriesApi")
made = mapping.create(
    body=odm_api.XrefSetCreateRequest(
        xref_set_type="gene-transcript", data_link="s3://example_data/LIV2045/LIV2045_mapping.tsv"
    )
)
found["entries"] = plain(mapping.search_entries_within_file(made.xref_set_id, source_id=["ENSG10000000001"]))["result"]
patched = api("StudySPoTAsCuratorApi").update_study_as_curator_with_http_info
found["patched"] = status(patched, study_id, body={"Study Type": "Cohort"})
found["validation"] = plain(api("ValidationSummaryAsCuratorApi").get_study_validation_summary(study_id))
found["deleted"] = plain(managing.delete_data(accessions=[found["upload"]["result"]["groupAccession"]]))
json.dump(found, sys.stdout, default=str)
