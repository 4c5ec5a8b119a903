// A bpffs that is mounted in a recording, by the calls that there are for it.

import { expect, it } from 'vitest';
import { LOAD, shortOf } from '../../../test/support/strace-lines.ts';

const PIN = (path: string, result = '0') =>
  `812 bpf(BPF_OBJ_PIN, {pathname="${path}", bpf_fd=4<anon_inode:bpf-prog>, file_flags=0}, 16) = ${result}`;
const load = LOAD(812, 4);

/** What is told after the load. */
async function readAfterLoad(...lines: readonly string[]) {
  const all = await shortOf([load, ...lines]);
  return all.slice(all.findIndex((line) => line.includes('prog_load')) + 1);
}

it('makes the names below a mount point known, until it is unmounted', async () => {
  expect(
    await readAfterLoad(
      PIN('/mnt/x/before', '-1 EPERM (Operation not permitted)'),
      '812 mount("none", "/mnt/x", "bpf", 0, "mode=700") = 0',
      PIN('/mnt/x/p'),
      '812 mkdir("/mnt/x/d", 0777) = 0',
      '812 umount2("/mnt/x", MNT_DETACH) = 0',
      PIN('/mnt/x/after', '-1 EPERM (Operation not permitted)'),
    ),
  ).toEqual([
    '812 found {"path":"/:mnt:x","kind":"dir","id":0}',
    '812 mount /:mnt:x 448 = 0',
    '812 obj_pin /:mnt:x/p 4 = 0',
    '812 bpffs_mkdir /:mnt:x/d = 0',
    '812 umount /:mnt:x 2 = 0',
    '812 gone {"path":"/:mnt:x"}',
  ]);
});

it('follows mounts on each other, binds, and refusals', async () => {
  expect(
    await readAfterLoad(
      '812 mount("bpf", "/mnt/x", "bpf", MS_NOSUID, NULL) = 0',
      '812 mount("bpf", "/mnt/x", "bpf", 0, NULL) = 0',
      '812 mount("/mnt/x", "/mnt/y", NULL, MS_BIND, NULL) = 0',
      '812 mount(NULL, "/mnt/x", NULL, MS_REMOUNT|MS_BIND, NULL) = 0',
      '812 mount(NULL, "/mnt/x", NULL, MS_PRIVATE, NULL) = 0',
      PIN('/mnt/y/p'),
      '812 umount2("/mnt/x", 0) = 0',
      '812 umount2("/mnt/x/none", 0) = -1 ENOENT (No such file or directory)',
      '812 umount2("/mnt/x", 0) = 0',
      '812 umount2("/tmp", 0) = 0',
    ),
  ).toEqual([
    '812 found {"path":"/:mnt:x","kind":"dir","id":0}',
    '812 mount /:mnt:x = 0',
    '812 mount /:mnt:x = 0',
    '812 found {"path":"/:mnt:y","kind":"dir","id":0}',
    '812 mount /:mnt:y /:mnt:x = 0',
    '812 obj_pin /:mnt:y/p 4 = 0',
    '812 umount /:mnt:x = 0',
    '812 umount /:mnt:x/none = ENOENT',
    '812 umount /:mnt:x = 0',
    '812 gone {"path":"/:mnt:x"}',
  ]);
});

it('takes the first mount at the place of the log’s own for that one', async () => {
  expect(
    await readAfterLoad(
      '812 mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) = 0',
      PIN('/sys/fs/bpf/p'),
    ),
  ).toEqual(['812 obj_pin /p 4 = 0']);
});

it('follows fsopen, fsmount and move_mount', async () => {
  expect(
    await readAfterLoad(
      '812 fsopen("tmpfs", FSOPEN_CLOEXEC) = 5<anon_inode:[fscontext]>',
      '812 fsmount(5<anon_inode:[fscontext]>, FSMOUNT_CLOEXEC, 0) = 6</>',
      '812 move_mount(6</>, "", AT_FDCWD</srv>, "/mnt/tmp", MOVE_MOUNT_F_EMPTY_PATH) = 0',
      '812 fsopen("bpf", FSOPEN_CLOEXEC) = 5<anon_inode:[fscontext]>',
      '812 fsmount(5<anon_inode:[fscontext]>, FSMOUNT_CLOEXEC, 0) = 7</>',
      '812 move_mount(7</>, "", AT_FDCWD</srv>, "/mnt/x", MOVE_MOUNT_F_EMPTY_PATH) = 0',
      PIN('/mnt/x/p'),
    ),
  ).toEqual([
    '812 found {"path":"/:mnt:x","kind":"dir","id":0}',
    '812 mount /:mnt:x = 0',
    '812 obj_pin /:mnt:x/p 4 = 0',
  ]);
});

it('follows a bpffs that is moved', async () => {
  expect(
    await readAfterLoad(
      '812 mount("bpf", "/mnt/x", "bpf", 0, NULL) = 0',
      PIN('/mnt/x/p'),
      '812 mount("/mnt/x", "/tmp", 0x55d0, MS_MOVE, NULL) = -1 EINVAL (Invalid argument)',
      '812 mount("/mnt/x", "/mnt/y", 0x55d0, MS_MOVE, NULL) = 0',
      PIN('/mnt/x/q', '-1 EPERM (Operation not permitted)'),
      '812 unlink("/mnt/y/p") = 0',
      '812 move_mount(5</mnt/y>, "", AT_FDCWD</srv>, "/mnt/z", MOVE_MOUNT_F_EMPTY_PATH) = 0',
      '812 move_mount(AT_FDCWD</srv>, "/mnt/z", AT_FDCWD</srv>, "/sys/fs/bpf/d", 0) = 0',
      '812 rmdir("/sys/fs/bpf/d/e") = 0',
    ),
  ).toEqual([
    '812 found {"path":"/:mnt:x","kind":"dir","id":0}',
    '812 mount /:mnt:x = 0',
    '812 obj_pin /:mnt:x/p 4 = 0',
    '812 found {"path":"/:mnt:y","kind":"dir","id":0}',
    '812 mount /:mnt:y /:mnt:x = 0',
    '812 umount /:mnt:x 2 = 0',
    '812 gone {"path":"/:mnt:x"}',
    '812 unlink /:mnt:y/p = 0',
    '812 found {"path":"/:mnt:z","kind":"dir","id":0}',
    '812 mount /:mnt:z /:mnt:y = 0',
    '812 umount /:mnt:y 2 = 0',
    '812 gone {"path":"/:mnt:y"}',
    '812 mount /d /:mnt:z = 0',
    '812 umount /:mnt:z 2 = 0',
    '812 gone {"path":"/:mnt:z"}',
    '812 bpffs_rmdir /d/e = 0',
  ]);
});

it('knows the names of the host’s own bpffs wherever it is moved', async () => {
  expect(
    await readAfterLoad(
      PIN('/sys/fs/bpf/p'),
      '812 mount("/sys/fs/bpf", "/mnt/y", 0x55d0, MS_MOVE, NULL) = 0',
      '812 unlink("/mnt/y/p") = 0',
      '812 unlink("/sys/fs/bpf/p") = -1 ENOENT (No such file or directory)',
    ),
  ).toEqual(['812 obj_pin /p 4 = 0', '812 unlink /p = 0']);
});

it('tells open directories of a bpffs where one of them may keep what is unmounted', async () => {
  const open = '812 openat(AT_FDCWD</srv>, "/mnt/x", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 6</mnt/x>';
  const lines = [
    '812 mount("bpf", "/mnt/x", "bpf", 0, NULL) = 0',
    open,
    PIN('/mnt/x/p'),
    '812 umount2("/mnt/x", MNT_DETACH) = 0',
    '812 close(6</>) = 0',
  ];
  expect(await readAfterLoad(...lines)).toEqual([
    '812 found {"path":"/:mnt:x","kind":"dir","id":0}',
    '812 mount /:mnt:x = 0',
    '812 open_other dir /:mnt:x = 6',
    '812 obj_pin /:mnt:x/p 4 = 0',
    '812 umount /:mnt:x 2 = 0',
    '812 gone {"path":"/:mnt:x"}',
    '812 close 6 = 0',
  ]);
  const plain = await readAfterLoad(...lines.map((line) => line.replace('MNT_DETACH', '0')));
  expect(plain.filter((line) => /open_other|close/.test(line))).toEqual([]);
});
