// Which files are pages of the documentation, under which address each is served, and by which topic it
// is found. What a topic lists by name comes in that order; a folder comes with all that is in it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ title: string, files?: readonly string[], folder?: string }} Topic
 * @typedef {{ file: string, address: string, topic: Topic }} Page a file, by its path in the repository
 */

/** @type {readonly Topic[]} */
export const TOPICS = [
  { title: 'Begin', files: ['README.md', 'docs/page.md', 'docs/glossary.md'] },
  { title: 'Recipes', folder: 'docs/recipes' },
  { title: 'Incidents', folder: 'docs/incidents' },
  {
    title: 'Programs and real kernels',
    files: [
      'docs/run.md',
      'docs/observe.md',
      'docs/import.md',
      'docs/executor.md',
      'docs/observations.md',
      'docs/tracee.md',
    ],
  },
  {
    title: 'Run the service',
    files: [
      'docs/configuration.md',
      'docs/operation.md',
      'docs/alerts.md',
      'deploy/README.md',
      'docs/postgresql.md',
      'docs/citus.md',
      'docs/scale.md',
    ],
  },
  {
    title: 'API and libraries',
    files: ['docs/api.md', 'docs/problems.md', 'docs/library.md', 'docs/clients.md', 'docs/sql.md'],
  },
  {
    title: 'Rules of the kernel',
    files: [
      'docs/kernel-semantics.md',
      'docs/kernel-diffs.md',
      'docs/releases-compared.md',
      'docs/coverage.md',
    ],
  },
  { title: 'Errno tables', folder: 'docs/errno' },
  {
    title: 'Guarantees and speed',
    files: ['docs/guarantees.md', 'docs/proof.md', 'docs/performance.md', 'bench/RESULTS.md'],
  },
  {
    title: 'How it is made',
    files: ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'test/histories/README.md'],
  },
  { title: 'Decisions', folder: 'docs/adr' },
];

/**
 * Every page, by topic. A part of a checkout, such as what an image is built of, has those that are there.
 *
 * @param {string} root the checkout
 * @returns {Page[]}
 */
export function listPages(root) {
  return TOPICS.flatMap((topic) => {
    const files = topic.files ?? filesOf(root, topic.folder ?? '');
    return files
      .filter((file) => existsSync(join(root, file)))
      .map((file) => ({ file, address: addressOf(file), topic }));
  });
}

/** The contents of a folder come first. @param {string} root @param {string} folder */
function filesOf(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  const isContents = (/** @type {string} */ name) => name === 'README.md';
  const sorted = [...names.filter(isContents), ...names.filter((name) => !isContents(name)).sort()];
  return sorted.map((name) => `${folder}/${name}`);
}

/**
 * The address of a page below `/docs`: its path without `docs/`, the ending and `README`.
 *
 * @param {string} file
 */
export function addressOf(file) {
  const path = file
    .replace(/^docs\//, '')
    .replace(/\.md$/, '')
    .replace(/(?:^|\/)README$/, '')
    .toLowerCase();
  return path === '' ? '/docs' : `/docs/${path}`;
}
