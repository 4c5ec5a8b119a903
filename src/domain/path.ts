/** Paths as the model holds them: absolute, without a trailing slash; `/` is the top. */

/** The last answer: who decides about a path asks first, and then who applies the effects. */
let asked = '/';
let parent = '/';

/** The directory that a path is in; the top is its own parent. */
export function parentPath(path: string): string {
  if (path === asked) return parent;
  const slash = path.lastIndexOf('/');
  asked = path;
  parent = slash <= 0 ? '/' : path.slice(0, slash);
  return parent;
}

/** The last component of a path; empty for the top. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `ancestor` or below it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}
