import { openWindow } from '@emberlab/e2e/browser';
import { Platform } from '@emberlab/e2e/platform';
import { createClient } from '@emberlab/contract';
import type { Figure } from '../figures.ts';
import { account, environmentOf, password, rounds, say } from '../tools.ts';

type Window = Awaited<ReturnType<typeof openWindow>>;
type Page = Window['page'];
type Context = Window['context'];

/** How much slower the browser's processor is made: about that of a cheap laptop beside a machine that builds software. */
const slower = 4;

const logInButton = (page: Page) => page.getByRole('button', { name: 'Log in' });
const demoLink = (page: Page) => page.getByRole('main').getByRole('link', { name: /Demo/ });
const runButton = (page: Page) => page.getByRole('button', { name: 'Run Jupyter' });

/** What is looked at: a page, and what makes it usable, by its selector and words. */
const pages = [
  { name: 'login', path: '/login', loggedIn: false, usable: ['button', 'Log in'] },
  { name: 'projects', path: '/', loggedIn: true, usable: ['main a', 'Demo'] },
  {
    name: "a project's Jupyter page",
    path: '/projects/demo/jupyter',
    loggedIn: true,
    usable: ['button', 'Run Jupyter'],
  },
] as const;

/**
 * Runs in the page, from its beginning: writes down at which of its frames, in ms since the navigation, something can be clicked. It is there, enabled, nothing lies
 * above it, and it stands where it stood one frame before. Asking from outside instead is up to half a second late, by the pauses between two looks.
 */
function watch([selector, words]: readonly [string, string]): void {
  let before = '';
  const look = (now: number) => {
    const found = [...document.querySelectorAll(selector)].find(({ textContent }) => textContent.includes(words));
    const box = found?.getBoundingClientRect();
    const place = JSON.stringify(box ?? null);
    if (found !== undefined && box !== undefined && place === before && !found.matches(':disabled, [data-disabled]')) {
      const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      if (found.contains(above)) {
        document.documentElement.dataset['usableAt'] = String(now);
        return;
      }
    }
    before = place;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('bench@example.org');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await logInButton(page).click();
  await demoLink(page).waitFor();
}

/** Kilobytes that came over the network on the way from the login to the first project, with an empty cache; of scripts and styles alone, and of all. */
async function measureBytes(context: Context, url: string): Promise<Figure[]> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  let all = 0;
  let files = 0;
  const kinds = new Map<string, string>();
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    all += encodedDataLength;
    if (['Document', 'Script', 'Stylesheet'].includes(kinds.get(requestId) ?? '')) files += encodedDataLength;
  });
  await session.send('Network.enable');
  await page.goto(`${url}/login`);
  await logIn(page);
  await demoLink(page).click();
  await runButton(page).waitFor();
  await page.close();
  return [
    {
      what: 'first load, login to Jupyter page: page, scripts, styles',
      unit: 'kB',
      values: [files / 1000],
      goal: 'under 300 kB',
    },
    { what: 'the same with all that the API answers', unit: 'kB', values: [all / 1000] },
  ];
}

/** Milliseconds from the address to a page that can be used, with an empty cache and a slow processor. */
async function measureTime(context: Context, url: string, usable: readonly [string, string]): Promise<number> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(watch, usable);
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('html[data-usable-at]').waitFor({ state: 'attached' });
  const ms = await page.locator('html').getAttribute('data-usable-at');
  await page.close();
  return Number(ms);
}

/** `./bench pages`: how much the first pages load, and how long until they can be used. */
export async function measurePages(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  const window = await openWindow();
  try {
    const token = await account(platform);
    await platform.start();
    const url = `http://localhost:${platform.port}`;
    await environmentOf(platform, createClient({ baseUrl: url, token }), 'demo', 100);
    say('Bytes');
    const figures = await measureBytes(window.context, url);
    const stranger = await window.browser.newContext({ viewport: { width: 1280, height: 800 } });
    for (const { name, path, loggedIn, usable } of pages) {
      say(`Time of ${name}`);
      const values: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        values.push(await measureTime(loggedIn ? window.context : stranger, `${url}${path}`, usable));
      }
      const what = `${name}, until it can be used, processor ${slower} times slower`;
      figures.push({ what, unit: 'ms', values, goal: 'under 2000 ms' });
    }
    return figures;
  } finally {
    await window.browser.close();
    await platform.remove();
  }
}
