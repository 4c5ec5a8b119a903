/** Which view is shown: hosts, one host, or the reference of the API. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Fleet } from './fleet/fleet.tsx';
import { Host } from './host/host.tsx';
import { usePlace } from './state/use-place.ts';

export function App() {
  const { host } = usePlace();
  if (location.pathname === '/reference') return <Reference />;
  return host === undefined ? <Fleet /> : <Host key={host} host={host} />;
}

/** The reference is a part of its own: the first view does not wait for it. */
function Reference() {
  const [part, load] = useState<{ readonly View: ComponentType } | undefined>();
  useEffect(() => {
    void import('./reference/reference.tsx').then(({ ApiReference }) =>
      load({ View: ApiReference }),
    );
  }, []);
  return part === undefined ? null : <part.View />;
}
