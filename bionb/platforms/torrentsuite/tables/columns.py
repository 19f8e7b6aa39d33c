"""Columns of all tables, and how the server names what is in those of a run report."""

from __future__ import annotations

from bionb.frames import ANY, COUNT, FLAG, NUMBER, TIME, columns

RESOURCE_COLUMNS = columns("name list_endpoint schema")
BED_COLUMNS = columns("id name type reference", enabled=FLAG) + columns("path", upload_date=TIME)
CHIP_COLUMNS = columns("id name description instrumentType", isActive=FLAG, slots=COUNT)
FIGURES = columns(
    total_reads=COUNT,
    total_bases=COUNT,
    q20_bases=COUNT,
    mean_read_length=NUMBER,
    key_signal=NUMBER,
    loading_percent=NUMBER,
    usable_percent=NUMBER,
    mapped_reads=COUNT,
    mapped_percent=NUMBER,
    raw_accuracy_percent=NUMBER,
)
RUN_COLUMNS = (
    columns("run displayName report resultsName status state", thumbnail=FLAG)
    + columns("chipType runType reference sample", date=TIME, timeStamp=TIME)
    + FIGURES
)
REPORT_COLUMNS = (
    columns("id resultsName status state", thumbnail=FLAG)
    + columns("run reference", timeStamp=TIME)
    + FIGURES
    + columns(metaData=ANY, i18nstatus=ANY, pluginState=ANY, pluginStore=ANY)
)
LIBRARY_COLUMNS = columns("id report", totalNumReads=COUNT, total_mapped_reads=COUNT, raw_accuracy=NUMBER) + columns(
    aveKeyCounts=NUMBER, genome="str", genomesize=COUNT, sysSNR=NUMBER, cf=NUMBER, ie=NUMBER, dr=NUMBER
)
PLUGIN_RESULT_COLUMNS = (
    columns("id report resultName pluginName pluginVersion state", starttime=TIME, endtime=TIME, minutes=NUMBER)
    + columns(size=COUNT, inodes=COUNT)
    + columns(store=ANY, validation_errors=ANY, plugin_result_jobs=ANY, files=ANY)
)
PLAN_COLUMNS = (
    columns("id planName planStatus chipType runType", flows=COUNT)
    + columns("sampleDisplayedName library barcodeId templatingKitName sequencekitname librarykitname planShortID")
    + columns(date=TIME, planExecuted=FLAG, planExecutedDate=TIME, isReusable=FLAG)
    + columns(barcodedSamples=ANY, qcValues=ANY, selectedPlugins=ANY, metaData=ANY, chefInfo=ANY)
)
FINDING_COLUMNS = columns("level field sample barcode message")
SAMPLE_COLUMNS = columns("id displayedName externalId status", date=TIME, description="str") + columns(
    runs=COUNT, experiments=ANY, sampleSets=ANY
)
SAMPLE_SET_COLUMNS = columns("id displayedName sampleGroupTypeName status", sampleCount=COUNT) + columns(
    "libraryPrepTypeDisplayedName libraryPrepKitDisplayedName cyclingProtocols description",
    creationDate=TIME,
    lastModifiedDate=TIME,
    samples=ANY,
)
SAMPLE_SET_ITEM_COLUMNS = columns(
    "id sampleSetPk samplePk sampleDisplayedName sampleExternalId dnabarcodeKit barcode nucleotideType controlType"
) + columns("gender cancerType relationshipRole", relationshipGroup=COUNT, cellularityPct=COUNT, biopsyDays=COUNT)
PROJECT_COLUMNS = columns("id name", resultsCount=COUNT, public=FLAG, created=TIME, modified=TIME, creator="str")
DNA_BARCODE_COLUMNS = columns("id name id_str", index=COUNT) + columns(
    "sequence adapter", length=COUNT, type="str", active=FLAG
)
REFERENCE_COLUMNS = columns("id short_name name species version", enabled=FLAG) + columns(
    "status index_version", date=TIME
)
TEMPLATE_COLUMNS = columns("id planDisplayedName runType", isSystem=FLAG, isFavorite=FLAG, date=TIME) + columns(
    "templatingKitName", libraryReadLength=COUNT, categories="str", planShortID="str", metaData=ANY
)
EVENT_COLUMNS = columns("id", created=TIME) + columns("username text object_pk")
LANE_COLUMNS = columns("run displayName chipType", lane=COUNT, active=FLAG, assay="str")
COVERAGE_COLUMNS = (
    columns("plugin_result report resultName state barcode sample", mapped_reads=COUNT)
    + columns(on_target_percent=NUMBER, mean_depth=NUMBER, uniformity_percent=NUMBER)
    + columns(covered_1x_percent=NUMBER, covered_20x_percent=NUMBER, covered_100x_percent=NUMBER)
    + columns(covered_500x_percent=NUMBER, targets="str", reference="str", error="str")
)
VARIANT_COLUMNS = (
    columns("plugin_result report resultName state barcode sample", variants=COUNT)
    + columns(het_snps=COUNT, homo_snps=COUNT, het_indels=COUNT, homo_indels=COUNT, other=COUNT, no_call=COUNT)
    + columns("targets configuration error")
)
PROJECT_REPORT_COLUMNS = (
    columns("id resultsName status state", thumbnail=FLAG)
    + columns("run chipType reference", timeStamp=TIME)
    + FIGURES
    + columns(q20_percent=NUMBER, on_target_percent=NUMBER, uniformity_percent=NUMBER, mean_depth=NUMBER)
    + columns(metaData=ANY, i18nstatus=ANY, pluginState=ANY, pluginStore=ANY)
)

# of a run report
SUMMARY_COLUMNS = (
    columns("report resultsName status state", thumbnail=FLAG, timeStamp=TIME)
    + FIGURES
    + columns(median_read_length=COUNT, mode_read_length=COUNT, max_read_length=COUNT, q20_percent=NUMBER)
    + columns(mean_coverage=NUMBER, carry_forward_percent=NUMBER, incomplete_extension_percent=NUMBER)
    + columns(droop_percent=NUMBER)
)
LOADING_COLUMNS = columns("stage", wells=COUNT) + columns("of", percent=NUMBER)
ALIGNMENT_COLUMNS = columns("quality", reads=COUNT, bases=COUNT, mean_length=NUMBER, longest=COUNT, coverage=NUMBER)
SURVIVAL_COLUMNS = columns("quality", length=COUNT, reads=COUNT, percent=NUMBER)
FRAGMENT_COLUMNS = columns("name", length=COUNT, reads=COUNT, key_signal=NUMBER) + columns(
    aq17_50_percent=NUMBER, aq17_100_percent=NUMBER, mean_aq17_length=NUMBER
)
PLUGIN_COLUMNS = columns("plugin version state", started=TIME, ended=TIME, minutes=NUMBER, size=COUNT)
THRESHOLD_COLUMNS = columns("check", value=NUMBER, threshold=NUMBER, passed=FLAG)
BARCODE_COLUMNS = columns("barcode sample", reads=COUNT, bases=COUNT, mean_read_length=NUMBER, percent=NUMBER)

QUALITIES = (7, 10, 17, 20, 47)
CHECKS = {
    "Bead Loading (%)": "loading_percent",
    "Key Signal (1-100)": "key_signal",
    "Usable Sequence (%)": "usable_percent",
}
NOT_TOLD = (
    "polyclonal, low-quality and primer-dimer reads one by one: the API gives only their sum, as 'filtered'",
    "the read-length histogram: the API gives mean, median, mode and longest",
    "the picture of the chip's density",
)
# Columns of the server's barcode summary, whose names differ between its versions.
BARCODE_NAMES = {
    "barcode": r"barcode.?name|id|barcode",
    "sample": r"sample(.?name)?",
    "reads": r"total.?reads|total number of reads|reads",
    "bases": r"total.?bases|filtered mapped bases in q7 alignments|bases|output",
    "mean_read_length": r"mean.?read.?length.*",
}

STAGES = {
    "addressable": "adjusted_addressable", "bead": "bead", "live": "live", "library": "lib", "test fragment": "tf",
    "usable library": "libFinal",
}  # fmt: skip
PARENTS = {
    "addressable": "", "bead": "addressable", "live": "bead", "library": "live", "test fragment": "live",
    "usable library": "library",
}  # fmt: skip
ALIGNED = {
    "alignments": "reads",
    "mapped_bases": "bases",
    "mean_alignment_length": "mean_length",
    "longest_alignment": "longest",
}
PLUGIN = {
    "pluginName": "plugin", "pluginVersion": "version", "state": "state", "starttime": "started", "endtime": "ended",
    "minutes": "minutes", "size": "size",
}  # fmt: skip
