// What an operator is given fits the service: each metric of the alerts and the dashboard is one that it
// has, each metric is explained in docs/operation.md, each alert names a heading of docs/operation.md, and each problem is answered there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { newMetrics } from '../../src/api/metrics.ts';
import { PROBLEMS } from '../../src/api/problem-table.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const page = read('docs/operation.md');
const { groups } = parse(read('deploy/prometheus-alerts.yml')) as {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly runbook: string };
    }[];
  }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('deploy/grafana-dashboard.json')) as {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
};
const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

it('alerts and dashboard ask for metrics that the service has', () => {
  const { registry, byHost } = newMetrics();
  const known = new Set(
    [...registry.getMetricsAsArray(), ...byHost.getMetricsAsArray()].map(({ name }) => name),
  );
  const asked = [...rules.map(({ expr }) => expr), ...shown].flatMap((expr) =>
    [...expr.matchAll(/\b(?:bpf|bpfledger|nodejs|process)_\w+/g)].map(([name]) =>
      name.replace(/_seconds_(?:bucket|count|sum)$/, '_seconds'),
    ),
  );
  expect(asked.length).toBeGreaterThan(12);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

it('each metric of the service is explained on the page', () => {
  const { registry, byHost } = newMetrics();
  const names = [registry, byHost]
    .flatMap((each) => each.getMetricsAsArray().map(({ name }) => name))
    .filter((name) => /^bpf/.test(name));
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !new RegExp(`\`${name}[\`{]`).test(page))).toEqual([]);
});

it('each alert names a heading of the page', () => {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
    String(text)
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { alert, annotations } of rules) {
    const [path, heading] = annotations.runbook.split('#');
    expect(path, alert).toBe('docs/operation.md');
    expect(headings, alert).toContain(heading);
  }
});

it('each problem is answered on the page', () => {
  const types = Object.keys(PROBLEMS);
  expect(types.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
