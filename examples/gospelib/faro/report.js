// Reports what happens on the page with Faro's web SDK. `build.mjs` makes one script of it, which takes the
// place of `page/report.js`.

import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk';
import { TracingInstrumentation } from '@grafana/faro-web-tracing';

const { content: collector } = document.querySelector('meta[name=collector]');
const ERROR = 2;

// The URL is a whole one, so that the SDK recognizes its own requests and makes no spans of them. Without a URL,
// nothing starts.
const faro =
  collector &&
  initializeFaro({
    url: new URL(collector, location.href).href,
    apiKey: 'public',
    app: { name: 'gospelib-web', version: '0.1.0', environment: 'local' },
    instrumentations: [...getWebInstrumentations(), new TracingInstrumentation()],
  });

const within = (span, work) => {
  const { context, trace } = faro.api.getOTEL();
  return context.with(trace.setSpan(context.active(), span), work);
};

async function interaction(name, work) {
  const span = faro.api.getOTEL().trace.getTracer('page').startSpan(name);
  try {
    await work(span);
  } catch (error) {
    const { traceId, spanId } = span.spanContext();
    span.setStatus({ code: ERROR, message: error.message });
    faro.api.pushError(error, { spanContext: { traceId, spanId } });
    throw error;
  } finally {
    span.end();
  }
}

async function json(asked) {
  const response = await asked;
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response.json();
}

const on = {
  session: () => faro.api.getSession().id,
  interaction,
  // The SDK makes a span of the request, below that of the interaction.
  get: (path, span) => json(within(span, () => fetch(path))),
};
const off = { session: () => 'not reported', interaction: (_, work) => work(), get: (path) => json(fetch(path)) };

globalThis.reporter = faro ? on : off;
