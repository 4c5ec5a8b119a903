// The files of deploy/ fit the program: what they start, set, open and ask is there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { VARIABLES } from '../../src/api/configuration.ts';
import { readLine } from '../../src/cli/command-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** What the clients read beside the configuration of the service. */
const KNOWN = [...VARIABLES, 'BPFLEDGER_URL', 'BPFLEDGER_TOKEN_FILE'];

/** Throws when a command line is not one of ours. */
async function accept([name = '', ...args]: readonly string[]): Promise<void> {
  const command = await COMMANDS[name]?.load();
  if (command === undefined) throw new Error(`there is no command ${name}`);
  readLine(name, command, args);
}

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: { readonly capabilities: { readonly add?: readonly string[] } };
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly selector?: { readonly matchLabels?: object };
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
    readonly template?: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

const dockerfile = read('deploy/Dockerfile');
const manifests = (file: string) =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((one) => one.toJS() as Manifest);

describe('the Dockerfile', () => {
  const set = Object.fromEntries(
    [...dockerfile.matchAll(/^ENV (.*)$/gmu)].flatMap(([, pairs = '']) =>
      pairs.split(' ').map((pair) => pair.split('=') as [string, string]),
    ),
  );

  it('sets variables that are read, and listens where it says', () => {
    const { PATH: _, ...ours } = set;
    expect(Object.keys(ours).filter((name) => !KNOWN.includes(name))).toEqual([]);
    expect(/^EXPOSE (\d+)$/mu.exec(dockerfile)?.[1]).toBe(set.PORT);
    expect(dockerfile).toContain(`http://127.0.0.1:${set.PORT}/healthz`);
  });

  it('runs commands that there are, and copies what the package has', async () => {
    for (const [, words = ''] of dockerfile.matchAll(/^CMD (\[.*\])$/gmu)) {
      await accept(JSON.parse(words) as string[]);
    }
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    expect(files).toContain('collector/Makefile');
  });
});

it('the compose file runs commands that there are, with variables that are read', async () => {
  const { services } = parse(read('deploy/compose.yaml')) as {
    readonly services: Readonly<
      Record<
        string,
        {
          readonly command?: readonly string[];
          readonly environment: Readonly<Record<string, string>>;
          readonly volumes?: readonly string[];
          readonly ports?: readonly string[];
          readonly depends_on?: object;
        }
      >
    >;
  };
  for (const { command, environment, depends_on } of Object.values(services)) {
    for (const other of Object.keys(depends_on ?? {})) expect(services).toHaveProperty(other);
    if (command === undefined) continue;
    await accept(command);
    expect(Object.keys(environment).filter((name) => !KNOWN.includes(name))).toEqual([]);
  }
  expect(services.service?.ports).toEqual(['127.0.0.1:8080:8080']);
  const [, folder] = /BPFLEDGER_DATA_DIR=(\S+)/u.exec(dockerfile) ?? [];
  expect(services.service?.volumes).toEqual([`data:${folder}`]);
});

it.each(['service.yaml', 'observer.yaml'])('kubernetes/%s fits the program', async (file) => {
  const all = manifests(file);
  for (const { spec } of all) {
    if (spec.template === undefined) continue;
    const { containers, initContainers = [], volumes } = spec.template.spec;
    expect(spec.selector?.matchLabels).toEqual(spec.template.metadata.labels);
    for (const container of [...containers, ...initContainers]) {
      await accept(container.args);
      const names = (container.env ?? []).map(({ name }) => name);
      expect(names.filter((name) => !KNOWN.includes(name) && name !== 'NODE_NAME')).toEqual([]);
      const mounted = (container.volumeMounts ?? []).map(({ name }) => name);
      const there = volumes.map(({ name }) => name);
      expect(mounted.filter((name) => !there.includes(name))).toEqual([]);
    }
  }
});

it('the probes of kubernetes ask what the service answers, on its port', () => {
  const all = manifests('service.yaml');
  const service = all.find(({ kind }) => kind === 'Service');
  const [container] =
    all.find(({ kind }) => kind === 'Deployment')?.spec.template?.spec.containers ?? [];
  const { paths } = parse(read('openapi.yaml')) as { readonly paths: object };
  for (const probe of [container?.livenessProbe, container?.readinessProbe]) {
    expect(paths).toHaveProperty([probe?.httpGet.path ?? '']);
    expect(probe?.httpGet.port).toBe(container?.ports?.[0]?.name);
  }
  expect(service?.spec.ports).toEqual([{ port: 8080, targetPort: 'http' }]);
  expect(container?.ports?.[0]?.containerPort).toBe(8080);
});

it.each([
  ['bpfledger-observe', 'docs/observe.md'],
  ['bpfledger-executor', 'docs/executor.md'],
])('the unit %s is the one that the docs show', (name, page) => {
  const [, unit] = /```ini\n(.*?)```/su.exec(read(page)) ?? [];
  expect(read(`deploy/systemd/${name}.service`)).toBe(unit);
});

it('the observer of kubernetes has the capabilities of its unit', () => {
  const [daemons] = manifests('observer.yaml');
  const added = daemons?.spec.template?.spec.containers[0]?.securityContext?.capabilities.add ?? [];
  const [, bounding = ''] =
    /^CapabilityBoundingSet=(.*)$/mu.exec(read('deploy/systemd/bpfledger-observe.service')) ?? [];
  expect(added.map((name) => `CAP_${name}`)).toEqual(bounding.split(' '));
});

const UNITS = ['bpfledger', 'bpfledger-observe', 'bpfledger-executor'];
const unitOf = (name: string) => read(`deploy/systemd/${name}.service`);
/** The words that a unit has for a setting. */
const settings = (unit: string, name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gmu'))].flatMap(([, words = '']) =>
    words.split(' '),
  );

it.each(UNITS)('the unit %s has the network started that it waits for', (name) => {
  const unit = unitOf(name);
  const targets = settings(unit, 'After').filter((one) => one.endsWith('.target'));
  expect(targets).not.toEqual([]);
  expect(settings(unit, 'Wants')).toEqual(targets);
});

it('the units of different users have folders of their own', () => {
  const folders = UNITS.flatMap((name) => settings(unitOf(name), 'StateDirectory'));
  expect(new Set(folders).size).toBe(folders.length);
  const spool = /--spool (\S+)/u.exec(unitOf('bpfledger-observe'))?.[1];
  expect(folders.map((folder) => `/var/lib/${folder}`)).toContain(spool);
});

it('the unit of the executor makes what it may write, which a boot takes away', () => {
  const unit = unitOf('bpfledger-executor');
  const [, made = ''] = /^ExecStartPre=\+\/bin\/mkdir -p (.*)$/mu.exec(unit) ?? [];
  expect(made.split(' ')).toEqual(settings(unit, 'ReadWritePaths'));
});

it('the image of the observer is not asked whether its service answers', () => {
  const [, observer = ''] = dockerfile.split('AS observer');
  expect(observer).toContain('\nHEALTHCHECK NONE\n');
});

it.each(UNITS)('the unit %s starts a command that there is', async (name) => {
  const unit = unitOf(name);
  const [, words = ''] =
    /^ExecStart=\/usr\/bin\/node (?:--\S+ )*\S+\/bpfledger\.js (.*)$/mu.exec(unit) ?? [];
  await accept(words.split(' '));
  const names = [...unit.matchAll(/^Environment=(\w+)=/gmu)].map(([, variable = '']) => variable);
  expect(names.filter((variable) => !KNOWN.includes(variable))).toEqual([]);
});
