/** What rows of versions are about, where SQL needs to know it of any table. */

/** The tables of what lives at a position, and the columns of their keys beside host and boot. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  cgroup_versions: ['cgroup_id'],
  program_versions: ['prog_id'],
  link_versions: ['link_id'],
  entry_versions: ['cgroup_id', 'attach_type'],
  pin_versions: ['path'],
  map_versions: ['map_id'],
  storage_versions: ['map_id', 'cgroup_id', 'attach_type'],
  element_versions: ['map_id', 'key'],
};

/** What ends together with something else, and the table of that. */
export const HOLDERS: Readonly<Record<string, 'map' | 'cgroup'>> = {
  storage_versions: 'map',
  element_versions: 'map',
  entry_versions: 'cgroup',
};
