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
