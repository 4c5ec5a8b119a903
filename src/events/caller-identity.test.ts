import { expect, it } from 'vitest';
import { identityOfCgroup } from './caller-identity.ts';

const ID = '4f'.repeat(32);

it.each([
  [`/docker/${ID}`, { container_id: ID }],
  [`/system.slice/docker-${ID}.scope`, { container_id: ID, unit: `docker-${ID}.scope` }],
  [
    `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope/init`,
    { container_id: ID, unit: `cri-containerd-${ID}.scope` },
  ],
  [`/kubepods/burstable/pod1/${ID}`, { container_id: ID }],
  [`/machine.slice/libpod-${ID}.scope/container`, { container_id: ID, unit: `libpod-${ID}.scope` }],
  ['/system.slice/cilium.service', { unit: 'cilium.service' }],
  ['/user.slice/user-0.slice/session-3.scope', { unit: 'session-3.scope' }],
  ['/', {}],
  [`/x${ID}`, {}],
  [`/docker/${ID}0`, {}],
])('%s', (path, identity) => expect(identityOfCgroup(path)).toEqual(identity));
