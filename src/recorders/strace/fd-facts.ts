/** What the path that `-y` prints behind an fd says that it is open on. */
import type { FdFact } from '../../domain/observed/observation.ts';
import { decodeUtf8, type Mounts } from './paths.ts';

/** Older straces print `bpf_link` of a link that LINK_CREATE made, all print `bpf-link` of a pin's. */
const OBJECTS: Readonly<Record<string, 'prog' | 'link' | 'map'>> = {
  'anon_inode:bpf-prog': 'prog',
  'anon_inode:bpf-link': 'link',
  'anon_inode:bpf_link': 'link',
  'anon_inode:bpf-map': 'map',
};

/** What `-y` prints behind an fd on BTF: of that a state knows by itself. */
export const BTF_PATH = 'anon_inode:btf';

/** What an fd is, by its path. */
export function factOf(path: string, mounts: Mounts): FdFact {
  const object = OBJECTS[path.replace(/[[\]]/g, '')];
  if (object !== undefined) return { kind: object };
  const cgroup = mounts.cgroupPath(decodeUtf8(path));
  if (cgroup !== undefined) return { kind: 'cgroup', path: cgroup };
  return { kind: mounts.bpffsPath(path) === undefined ? 'other' : 'bpffs' };
}
