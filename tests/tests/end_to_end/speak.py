"""Speaks to a character as a client whose spans another SDK makes, and prints its ids and what came back."""

import json
import sys
import urllib.error
import urllib.request

from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider

tracer = TracerProvider().get_tracer("speak")
without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with tracer.start_as_current_span("speak", kind=trace.SpanKind.CLIENT) as span:
    headers = {}
    propagate.inject(headers)
    request = urllib.request.Request(sys.argv[1], data=b"", headers=headers, method="POST")
    try:
        response = without_proxy.open(request, timeout=30)
    except urllib.error.HTTPError as refusal:
        response = refusal
    ids = span.get_span_context()
    answer = {
        "trace_id": format(ids.trace_id, "032x"),
        "span_id": format(ids.span_id, "016x"),
        "status": response.status,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "body": json.load(response),
    }
print(json.dumps(answer))
