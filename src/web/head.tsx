/** The bar on top of every view. */
import type { ComponentChildren } from 'preact';
import { fragmentOf } from './state/place.ts';

export function TopBar({ children }: { readonly children?: ComponentChildren }) {
  return (
    <header class="top">
      <a class="brand" href={`/${fragmentOf({ view: 'arrays', live: false })}`}>
        bpfledger
      </a>
      {children}
      <nav class="ways">
        <a href="/docs">Documentation</a> <a href="/reference">API</a>
      </nav>
    </header>
  );
}
