/**
 * So many things in words: `1 event`, `2 events`. What follows the number may be a verb as well:
 * `counted(n, 'event was removed', 'events were removed')`.
 *
 * @param many what follows any number but 1; default: `one` with an s
 */
export function countText(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
