/** The article before the name of a kind or a type, by how it is read: `an lsm`, `a user_ringbuf`. */

/** Names that begin with the sound of a vowel, such as that of a letter. */
const VOWEL = /^(?:[aeio]|unspec|x|lpm|lru|lsm|lwt)/u;

/** `a map`, `an array` */
export function withArticle(name: string): string {
  return `${VOWEL.test(name) ? 'an' : 'a'} ${name}`;
}
