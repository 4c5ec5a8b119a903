import { expect, it } from 'vitest';
import { excerptOf, indexOf, type Section } from './index.ts';

const SECTIONS: readonly Section[] = [
  ['/docs/alerts', 'Alerts', '', 'Rules tell of events by webhooks.'],
  ['/docs/alerts#empty', 'Alerts', 'An array is empty', 'A rule waits for a spell.'],
  ['/docs/errno/prog_attach', 'Errno tables › prog_attach', '', ''],
  ['/docs/errno/prog_attach#all', 'Errno tables › prog_attach', 'All', 'EPERM EPERM EPERM'],
  ['/docs/incidents/mix', 'Incidents › mix', '', 'The old agent was refused with EPERM.'],
  ['/docs/run', 'Run a program', '', 'It answers prog_attach and alerts nobody.'],
];

const addresses = async (typed: string) =>
  (await indexOf(SECTIONS))(typed).map(({ address }) => address);

it('finds by title, heading and text, a title before a text', async () => {
  expect(await addresses('alerts')).toEqual(['/docs/alerts', '/docs/alerts#empty', '/docs/run']);
  expect(await addresses('spell')).toEqual(['/docs/alerts#empty']);
});

it('finds by the beginning of a word, by a part of a name, and with one letter wrong', async () => {
  expect(await addresses('webh')).toEqual(['/docs/alerts']);
  expect(await addresses('attach')).toContain('/docs/run');
  expect(await addresses('webhoks')).toEqual(['/docs/alerts']);
});

it('gives what has all words first, then what has some, and nothing for none', async () => {
  const found = await addresses('events spell webhooks rules');
  expect(found[0]).toBe('/docs/alerts');
  expect(found).toContain('/docs/alerts#empty');
  expect((await addresses('rule spell'))[0]).toBe('/docs/alerts#empty');
  expect(await addresses('nowhere')).toEqual([]);
  expect(await addresses(' ')).toEqual([]);
});

it('gives what tells of one case before a table that has the word on every line', async () => {
  expect(await addresses('eperm')).toEqual(['/docs/incidents/mix', '/docs/errno/prog_attach#all']);
});

it('gives the page that is called by the word first', async () => {
  expect((await addresses('prog_attach'))[0]).toBe('/docs/errno/prog_attach');
});

it('shows the text around what was found', () => {
  const text = `${'before '.repeat(30)}the filter and the filters ${'after '.repeat(40)}`;
  const pieces = excerptOf(text, ['filter', 'filters']);
  expect(pieces.filter(({ isFound }) => isFound).map(({ text: one }) => one)).toEqual([
    'filter',
    'filters',
  ]);
  const whole = pieces.map(({ text: one }) => one).join('');
  expect(whole).toMatch(/^… before/);
  expect(whole).toMatch(/ …$/);
  expect(whole.length).toBeLessThan(180);
  expect(excerptOf('network', ['work'])).toEqual([{ text: 'network', isFound: false }]);
  expect(excerptOf('short', [])).toEqual([{ text: 'short', isFound: false }]);
});
