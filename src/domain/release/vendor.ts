/**
 * Kernels of vendors that carry backports: their number says from which mainline release they
 * started, not what they do. Marks as the vendors' packages print them in `uname -r`.
 */

interface Vendor {
  readonly name: string;
  readonly mark: RegExp;
}

const VENDORS: readonly Vendor[] = [
  { name: 'Enterprise Linux', mark: /\.el\d/u },
  { name: 'Amazon Linux', mark: /\.amzn\d/u },
  { name: 'Google Kubernetes Engine', mark: /-gke(?:op)?$/u },
  { name: 'Azure', mark: /-azure\b/u },
  { name: 'AWS', mark: /-aws\b/u },
  { name: 'an OEM', mark: /-oem\b/u },
  { name: 'Android', mark: /-android\d/u },
];

/** Whose kernel a `uname -r` is, when it is one that carries backports; else undefined. */
export function vendorOf(name: string): string | undefined {
  return VENDORS.find(({ mark }) => mark.test(name))?.name;
}
