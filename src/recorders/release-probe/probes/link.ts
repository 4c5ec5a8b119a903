/** Probes of how links behave (`release/boundaries/link.ts`). */
import type { AttachType } from '../../../domain/attach-type.ts';
import type { Errno } from '../../../domain/errno.ts';
import type { ProgType } from '../../../domain/prog-type.ts';
import { CLOSED_FD, EGRESS, NotMeasured, type ProbeBench } from '../bench.ts';
import type { Probes } from '../probe.ts';

const RDONLY = 8;
/** A number that no attach type has. */
const NO_ATTACH_TYPE = 200;
const OTHER_FLAG = 1 << 30;

/** The mode of the list on a cgroup that gets a link with the flag override. */
async function linkChoosesMode(bench: ProbeBench): Promise<boolean> {
  const place = { target_path: await bench.cgroup(), attach_type: EGRESS } as const;
  const prog_fd = await bench.prog();
  const asked = await bench.ask({ name: 'link_create', ...place, prog_fd, flags: ['override'] });
  return asked === 'ok';
}

/** A cgroup whose override list is held by a link; only the v2 series has such lists. */
async function overrideLink(bench: ProbeBench): Promise<string> {
  const target_path = await bench.cgroup();
  const place = { target_path, attach_type: EGRESS, flags: ['override'] } as const;
  const asked = await bench.ask({ name: 'link_create', ...place, prog_fd: await bench.prog() });
  if (asked === 'ok') return target_path;
  throw new NotMeasured('links do not choose the mode of a list here');
}

/** What LINK_UPDATE says to a link that runs a program, with a program in its place. */
async function update(
  bench: ProbeBench,
  { old_prog_fd, spoil }: { old_prog_fd?: true; spoil?: 'cgroup' },
): Promise<string> {
  const path = await bench.cgroup();
  const [before, after] = [await bench.prog(), await bench.prog()];
  const { fd: link_fd } = await bench.link(path, before);
  if (spoil === 'cgroup') await bench.does({ name: 'rmdir', path });
  const old = old_prog_fd === undefined ? {} : { old_prog_fd: before };
  return bench.ask({ name: 'link_update', link_fd, new_prog_fd: after, ...old });
}

async function storageProgram(bench: ProbeBench): Promise<number> {
  const storage = { map_type: 'cgroup_storage', key_size: 16, value_size: 8 } as const;
  const { ret } = await bench.does({ name: 'map_create', ...storage });
  return bench.prog({ map_fds: [ret] });
}

/** Whether the target of a link is looked at at all. */
async function linksTo(
  bench: ProbeBench,
  { prog_type, attach_type }: { prog_type: ProgType; attach_type: AttachType },
): Promise<boolean> {
  const { ret: prog_fd } = await bench.does({ name: 'prog_load', prog_type });
  const call = { name: 'link_create', prog_fd, attach_type, target_fd: CLOSED_FD } as const;
  return (await bench.ask(call)) === 'EBADF';
}

export const LINK_PROBES = {
  link_flags_choose_mode: linkChoosesMode,
  async link_unknown_flags_refused(bench) {
    const target_path = await overrideLink(bench);
    const other = { target_path, attach_type: 'cgroup_inet_ingress' } as const;
    const prog_fd = await bench.prog({ expected_attach_type: 'cgroup_inet_ingress' });
    const flags = ['override', OTHER_FLAG] as never;
    return (await bench.ask({ name: 'link_create', ...other, prog_fd, flags })) === 'EINVAL';
  },
  async link_conflict_errno(bench) {
    const path = await overrideLink(bench);
    return (await bench.attach(path, await bench.prog(), ['override'])) as Errno;
  },
  async link_prog_detach_errno(bench) {
    const target_path = await overrideLink(bench);
    return (await bench.ask({ name: 'prog_detach', target_path, attach_type: EGRESS })) as Errno;
  },
  async link_update_leaks_reference(bench) {
    const path = await bench.cgroup();
    const { fd, id: link_id } = await bench.link(path, await bench.prog());
    await bench.does({ name: 'link_update', link_fd: fd, new_prog_fd: await bench.prog() });
    await bench.does({ name: 'close', fd });
    const query = { name: 'prog_query', target_path: path, attach_type: EGRESS } as const;
    const { query: left } = await bench.does(query);
    // Without ids, the list tells it as well: a link that is gone has left it.
    return (
      left?.prog_cnt !== 0 || (await bench.ask({ name: 'link_get_fd_by_id', link_id })) === 'ok'
    );
  },
  async link_ids(bench) {
    const { fd } = await bench.link(await bench.cgroup(), await bench.prog());
    return (await bench.ask({ name: 'obj_get_info_by_fd', bpf_fd: fd })) === 'ok';
  },
  async link_detach(bench) {
    return (await bench.ask({ name: 'link_detach', link_fd: CLOSED_FD })) === 'EBADF';
  },
  link_update_defunct_errno: async (bench) => (await update(bench, { spoil: 'cgroup' })) as Errno,
  async link_update_old_prog_needs_replace(bench) {
    return (await update(bench, { old_prog_fd: true })) === 'EINVAL';
  },
  async link_update_compares_storage(bench) {
    const before = await storageProgram(bench);
    const { fd: link_fd } = await bench.link(await bench.cgroup(), before);
    const new_prog_fd = await storageProgram(bench);
    return (await bench.ask({ name: 'link_update', link_fd, new_prog_fd })) === 'EINVAL';
  },
  async link_update_checks_attach_type(bench) {
    const [bind, connect] = ['cgroup_inet4_bind', 'cgroup_inet4_connect'] as const;
    const prog_type = 'cgroup_sock_addr';
    const place = { target_path: await bench.cgroup(), attach_type: bind } as const;
    const prog_fd = await bench.prog({ prog_type, expected_attach_type: bind });
    const { ret: link_fd } = await bench.does({ name: 'link_create', ...place, prog_fd });
    const new_prog_fd = await bench.prog({ prog_type, expected_attach_type: connect });
    return (await bench.ask({ name: 'link_update', link_fd, new_prog_fd })) === 'EINVAL';
  },
  async skb_links_fit_any_hook(bench) {
    const place = { target_path: await bench.cgroup(), attach_type: 'cgroup_device' } as const;
    const prog_fd = await bench.prog();
    return (await bench.ask({ name: 'link_create', ...place, prog_fd })) === 'ok';
  },
  async link_create_checks_type_first(bench) {
    const place = { target_fd: CLOSED_FD, prog_fd: CLOSED_FD, attach_type: NO_ATTACH_TYPE };
    return (await bench.ask({ name: 'link_create', ...place })) === 'EINVAL';
  },
  async link_get_refuses_access_flags(bench) {
    const { fd: bpf_fd } = await bench.link(await bench.cgroup(), await bench.prog());
    const path = bench.pin();
    await bench.does({ name: 'obj_pin', bpf_fd, path });
    return (await bench.ask({ name: 'obj_get', path, file_flags: RDONLY })) === 'EINVAL';
  },
  async netns_links(bench) {
    return linksTo(bench, { prog_type: 'flow_dissector', attach_type: 'flow_dissector' });
  },
  async sockmap_links(bench) {
    return linksTo(bench, { prog_type: 'sk_msg', attach_type: 'sk_msg_verdict' });
  },
} as const satisfies Probes;
