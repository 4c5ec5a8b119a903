// Packs recorded scenarios for test/histories: one file for each kernel, its scenarios one after the
// other as they were recorded, compressed.
//
//   node scripts/pack-histories.js FOLDER…      (each holds KERNEL/*.jsonl)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const target = fileURLToPath(new URL('../test/histories', import.meta.url));
const folders = process.argv.slice(2);

if (folders.length === 0) {
  console.error('usage: node scripts/pack-histories.js FOLDER… (each holds KERNEL/*.jsonl)');
  process.exit(2);
}

/** @type {Map<string, Buffer[]>} */
const byKernel = new Map();
for (const folder of folders) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) {
    const [kernel, file, ...deeper] = name.split('/');
    if (kernel === undefined || !file?.endsWith('.jsonl') || deeper.length > 0) continue;
    byKernel.set(kernel, [...(byKernel.get(kernel) ?? []), readFileSync(join(folder, name))]);
  }
}

mkdirSync(target, { recursive: true });
for (const [kernel, scenarios] of byKernel) {
  const text = Buffer.concat(scenarios);
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  const packed = brotliCompressSync(text, { params });
  writeFileSync(join(target, `${kernel}.jsonl.br`), packed);
  console.log(`${kernel}: ${scenarios.length} scenarios, ${packed.length} of ${text.length} bytes`);
}
