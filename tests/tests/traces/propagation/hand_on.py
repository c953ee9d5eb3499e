"""Takes headers as a service does, and prints those that it would send on, with what it understood."""

import json
import sys

from opentelemetry import baggage, propagate, trace
from opentelemetry.sdk.trace import TracerProvider

context = propagate.extract(json.load(sys.stdin))
tracer = TracerProvider().get_tracer("hand_on")
with tracer.start_as_current_span("handed on", context=context) as span:
    ids = span.get_span_context()
    headers = {
        "python.trace_id": format(span.parent.trace_id, "032x"),
        "python.span_id": format(ids.span_id, "016x"),
        "python.user": baggage.get_baggage("user", context),
    }
    current = trace.set_span_in_context(span, baggage.set_baggage("from", "python", context))
    propagate.inject(headers, context=current)
print(json.dumps(headers))
