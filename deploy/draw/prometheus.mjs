// A Prometheus that scrapes the programs, and its queries.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually, started } from './processes.mjs';

// The label of the environment that the dashboards select by.
const ENVIRONMENT = 'local';

// The longest that an answer can take, in milliseconds.
const ANSWER = 60_000;

// Starts a Prometheus with the rules of `programs` on a free port, and waits until it has scraped each of them.
// The configuration is JSON, which is YAML too.
export async function scraping(programs, interval, folder) {
  const every = `${interval}s`;
  const configuration = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: programs.map(({ rules }) => rules),
    scrape_configs: programs.map(({ name, targets }) => ({
      job_name: name,
      static_configs: [{ targets, labels: { env: ENVIRONMENT } }],
    })),
  };
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(configuration));
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const [address] = await started(
    'prometheus',
    [...args, '--web.listen-address=127.0.0.1:0'],
    [/Listening on" .*?\baddress=(127\.0\.0\.1:\d+)\s/],
  );
  const prometheus = `http://${address}`;
  await eventually('Prometheus is ready', 60, async () =>
    (await fetch(`${prometheus}/-/ready`)).ok ? true : undefined);
  await allUp(prometheus, programs);
  return prometheus;
}

// Waits until the last scrape of each program succeeded.
export async function allUp(prometheus, programs) {
  for (const { name, targets } of programs) {
    await eventually(`Prometheus has scraped ${name}`, 30, async () => {
      const up = await instant(prometheus, `sum(up{job="${name}"}) == ${targets.length}`);
      return up.length > 0 ? up : undefined;
    });
  }
}

async function asked(prometheus, path, parameters) {
  const url = `${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER) });
  const answer = await response.json();
  if (answer.status !== 'success') {
    throw new Error(`${parameters.query}: ${answer.error}`);
  }
  return answer.data.result;
}

// Returns the series of an expression at a time in seconds, now if there is none.
export const instant = (prometheus, query, time) =>
  asked(prometheus, 'query', time === undefined ? { query } : { query, time });

// Returns the series of an expression over a range of time.
export const range = (prometheus, query, { start, end, step }) =>
  asked(prometheus, 'query_range', { query, start, end, step });
