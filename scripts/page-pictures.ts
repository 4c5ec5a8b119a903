// Takes the pictures of the page in docs/pictures: of the hosts that `serve --demo` makes, and of an
// incident. It takes a Chromium on the PATH. `npm run pictures`; look at them before they are committed.
import { join } from 'node:path';
import { postDemo } from '../src/cli/demo.ts';
import { postLinksDemo } from '../src/cli/demo-links.ts';
import { restClient } from '../src/client/rest-client.ts';
import { readIncidents } from '../src/recorders/golden/incidents.ts';
import { postScenario } from '../src/recorders/golden/post-scenario.ts';
import { startTestService } from '../test/api/running.ts';
import { openBrowser, show } from '../test/web/browser.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
/** Milliseconds after which the page has asked its costlier questions. */
const SETTLED_MS = 1000;
const WIDE = { width: 1280, height: 640 };
const PHONE = { width: 390, height: 780 };
const DEVICE = 'cgroup=/system.slice/docker-4f1c9e.scope&type=cgroup_device';
const POD = 'cgroup=/pods/web&type=cgroup_inet_egress';

const INCIDENT = 'daemon-reload-gap';
const GAP = `${INCIDENT}?at=16&cgroup=/system.slice/sshd.service&type=cgroup_device`;
const REASON = `demo-links?at=12&${POD}&program=1`;

const PICTURES = [
  { name: 'lanes', place: `${GAP}&view=lanes`, colorScheme: 'light', viewport: WIDE },
  { name: 'arrays', place: `demo-links?at=18&${POD}`, colorScheme: 'dark', viewport: WIDE },
  { name: 'explain', place: `${REASON}&view=explain`, colorScheme: 'light', viewport: WIDE },
  { name: 'phone', place: `demo?at=19&${DEVICE}`, colorScheme: 'dark', viewport: PHONE },
] as const;

const service = await startTestService({ loopback: true });
const url = await service.listen();
const client = restClient({ url });
await postDemo(client);
await postLinksDemo(client);
const incident = (await readIncidents()).find(({ header }) => header.scenario === INCIDENT);
if (incident === undefined) throw new Error(`there is no incident ${INCIDENT}`);
await postScenario(client, incident, INCIDENT);
const browser = await openBrowser();
for (const { name, place, colorScheme, viewport } of PICTURES) {
  const { page, close } = await show(browser, `${url}/#/${place}`, { colorScheme, viewport });
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(SETTLED_MS);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `page-${name}.png`) });
  await close();
}
await browser.close();
await service.close();
