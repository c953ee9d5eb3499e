// The queries of panels, as Grafana sends them.

import { range } from './prometheus.mjs';

// The number of points of a line.
const POINTS = 120;

// Returns an expression with the values of its variables: one job, any value of the others, and a window of
// `window` seconds.
export function replaced(expr, { job, window }) {
  return expr
    .replaceAll('$__rate_interval', `${window}s`)
    .replaceAll('$job', job)
    .replaceAll(/\$\w+/g, '.*');
}

export function legend(format, labels) {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
}

// Returns the series of a panel in the time that `view` has.
export async function series(panel, prometheus, view) {
  const { start, end } = view;
  const step = Math.max(1, Math.round((end - start) / POINTS));
  const found = panel.targets.map(async (target) => {
    const results = await range(prometheus, replaced(target.expr, view), { start, end, step });
    return results.map(({ metric, values }) => ({
      name: legend(target.legendFormat, metric),
      times: values.map(([time]) => time * 1000),
      values: values.map(([, value]) => (value === 'NaN' ? null : Number(value))),
    }));
  });
  return (await Promise.all(found)).flat();
}

// Returns the panels that are open: not those in collapsed rows.
export const open = (dashboard) => dashboard.panels.filter((panel) => panel.type !== 'row');
