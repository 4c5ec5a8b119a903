/** The collector that a command starts. */
import { collectorSource, findCollector } from '../../recorders/observe/collector.ts';
import { UsageError } from '../exit-code.ts';

/**
 * The program: the one that is named, or the one that was built here.
 *
 * @throws UsageError that says how to build it
 */
export function collectorPath(named: string | undefined): string {
  const path = findCollector(named);
  if (path !== undefined) return path;
  throw new UsageError(
    `the collector is not built: run make -C ${collectorSource() ?? 'collector'} (it needs clang, ` +
      'gcc, make, bpftool, libbpf-dev, libelf-dev and zlib1g-dev), or name one with --collector PATH',
  );
}
