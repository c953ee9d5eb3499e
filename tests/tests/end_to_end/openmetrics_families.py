"""Reads an OpenMetrics page with prometheus_client's strict parser and prints what it says as JSON."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

page = sys.stdin.buffer.read().decode("utf-8")
families = {
    family.name: {
        "type": family.type,
        "unit": family.unit,
        "samples": [
            {
                "name": sample.name,
                "labels": sample.labels,
                "value": str(float(sample.value)),
                "exemplar": sample.exemplar and sample.exemplar.labels,
            }
            for sample in family.samples
        ],
    }
    for family in text_string_to_metric_families(page)
}
json.dump(families, sys.stdout)
