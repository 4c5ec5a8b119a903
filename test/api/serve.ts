// Runs the service as its environment says, prints its URL, and ends on SIGTERM.

import { configurationOf, startService } from '../../src/main.ts';

const service = await startService(configurationOf(process.env));
console.log(service.url);
process.once('SIGTERM', () => {
  service.close().then(() => process.exit(0));
});
