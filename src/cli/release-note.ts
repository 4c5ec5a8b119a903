/** What is to be known of a release before its answers are relied on. */
import { releaseOf } from '../domain/release/release.ts';

/** A sentence about a release that was not measured itself; undefined when it was. */
export function releaseNote(name: string): string | undefined {
  const release = releaseOf(name);
  if (release?.note !== undefined || release?.basis !== 'inferred') return release?.note;
  return (
    `${release.id} was not measured: its rules follow from what is known of the releases around it ` +
    `(bpfledger releases show ${release.id})`
  );
}
