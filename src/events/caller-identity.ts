/**
 * What the path of a cgroup tells of those in it, by the names that container engines and systemd
 * give. A path that tells nothing has neither.
 */
export interface CallerIdentity {
  /** The 64 hexadecimal digits that an engine calls a container by. */
  readonly container_id?: string;
  /** The innermost systemd unit: a service, a scope, or a slice. */
  readonly unit?: string;
}

/** `docker-….scope`, `cri-containerd-….scope`, `crio-….scope`, `libpod-….scope`, or the bare id. */
const CONTAINER = /(?:^|[-:/])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
const UNIT = /\.(?:service|scope|socket|mount|swap|slice)$/;

/** Who is in a cgroup, as far as its path says. */
export function identityOfCgroup(path: string): CallerIdentity {
  const container = CONTAINER.exec(path)?.[1];
  const unit = path.split('/').findLast((name) => UNIT.test(name));
  return {
    ...(container !== undefined && { container_id: container }),
    ...(unit !== undefined && { unit }),
  };
}
