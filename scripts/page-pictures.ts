// Takes the pictures of the page in docs/pictures, of the hosts that `serve --demo` makes. Takes a
// Chromium on the PATH. `npm run pictures`; look at them before they are committed.
import { join } from 'node:path';
import { postDemo } from '../src/cli/demo.ts';
import { postLinksDemo } from '../src/cli/demo-links.ts';
import { restClient } from '../src/client/rest-client.ts';
import { startTestService } from '../test/api/running.ts';
import { openBrowser, show } from '../test/web/browser.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
const WIDE = { width: 1280, height: 640 };
const PHONE = { width: 390, height: 780 };
const DEVICE = 'cgroup=/system.slice/docker-4f1c9e.scope&type=cgroup_device';
const POD = 'cgroup=/pods/web&type=cgroup_inet_egress';

const PICTURES = [
  { name: 'lanes', place: `demo?at=20&${DEVICE}&view=lanes`, colorScheme: 'light', viewport: WIDE },
  { name: 'arrays', place: `demo-links?at=18&${POD}`, colorScheme: 'dark', viewport: WIDE },
  {
    name: 'explain',
    place: `demo-links?at=12&${POD}&program=1&view=explain`,
    colorScheme: 'light',
    viewport: WIDE,
  },
  { name: 'phone', place: `demo?at=19&${DEVICE}`, colorScheme: 'dark', viewport: PHONE },
] as const;

const service = await startTestService({ loopback: true });
const url = await service.listen();
await postDemo(restClient({ url }));
await postLinksDemo(restClient({ url }));
const browser = await openBrowser();
for (const { name, place, colorScheme, viewport } of PICTURES) {
  const { page, close } = await show(browser, `${url}/#/${place}`, { colorScheme, viewport });
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `page-${name}.png`) });
  await close();
}
await browser.close();
await service.close();
