/**
 * How the page is built, and the frame of the documentation: into dist/page, from which the service
 * serves it.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    assetsDir: 'assets',
    // The policy of the page allows no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'docs.html'].map((name) => `${import.meta.dirname}/${name}`),
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
