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

/** What is looked at: a page, and what makes it usable. */
const pages = [
  { name: 'login', path: '/login', loggedIn: false, usable: logInButton },
  { name: 'projects', path: '/', loggedIn: true, usable: demoLink },
  { name: "a project's Jupyter page", path: '/projects/demo/jupyter', loggedIn: true, usable: runButton },
] as const;

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
async function measureTime(context: Context, url: string, usable: (page: Page) => ReturnType<typeof runButton>) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.goto(url, { waitUntil: 'commit' });
  await usable(page).click({ trial: true });
  // By the page's own clock, which begins with its address.
  const ms = await page.evaluate(() => performance.now());
  await page.close();
  return ms;
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
