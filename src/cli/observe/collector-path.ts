/** The collector that a command starts. */
import { collectorSource, findCollector } from '../../recorders/observe/collector.ts';
import { UsageError } from '../exit-code.ts';

/**
 * The program: the one that is named, the one of this package, or the one that was built here.
 *
 * @throws UsageError that says how to build it
 */
export function collectorPath(named: string | undefined): string {
  if (named !== undefined) return named;
  const { path, broken } = findCollector();
  if (path !== undefined) return path;
  const what =
    broken === undefined
      ? `the package has no collector for ${process.platform} on ${process.arch}`
      : `the collector of the package does not run here (${broken.path}: ${broken.why})`;
  throw new UsageError(
    `${what}: run make -C ${collectorSource() ?? 'collector'} (it needs clang, ` +
      'gcc, make, bpftool, libbpf-dev, libelf-dev and zlib1g-dev), or name one with --collector PATH',
  );
}
