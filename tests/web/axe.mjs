// Looks at pages of the HTML view as a reader meets them: `node tests/web/axe.mjs FILE.html…`
//
// Each page is opened in Debian's Chromium (or the one that CHROMIUM names) in the light and the dark colour scheme
// and at a width of 320 px, which is also what a zoom of 400 % leaves of a 1280 px window. In each view axe looks for
// what breaks WCAG 2.2 AA or good practice, and the page must not be wider than its window. A page must have no
// script and fetch nothing. What axe cannot decide is printed as a note and fails nothing.
//
// Exit codes: 0 all is well, 1 a finding, 2 wrong use.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const VIEWS = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: '320 px, light', colorScheme: 'light', width: 320 },
  { name: '320 px, dark', colorScheme: 'dark', width: 320 },
];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

function wrongUse(message) {
  console.error(message);
  process.exit(2);
}

const files = process.argv.slice(2);
if (files.length === 0) wrongUse('usage: node tests/web/axe.mjs FILE.html…');
for (const file of files) {
  if (!existsSync(file)) wrongUse(`${file}: there is no such file`);
}
if (!existsSync(CHROMIUM)) wrongUse(`${CHROMIUM}: no browser is here; apt-get install -y chromium, or name one in CHROMIUM`);

const { chromium } = await import('playwright-core').catch(() => wrongUse('run `npm install` in tests/web first'));
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let passed = 0;
let failed = 0;

/** Counts one check and prints what it found. */
function check(where, findings) {
  if (findings.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.log(`FAILED  ${where}`);
  for (const finding of findings) console.log(`  ${finding}`);
}

/** Returns each thing axe found with the places it found it in. */
function places(results) {
  return results.flatMap((rule) =>
    rule.nodes.map((node) => {
      const why = [...node.any, ...node.all, ...node.none].map((reason) => reason.message).join('; ');
      return `${rule.id} (${rule.impact}): ${rule.help}\n    at ${node.target.join(' ')}\n    ${why}`;
    }),
  );
}

/** Returns what of a page sticks out of its window, but for what stands in a frame that scrolls by itself. */
function overflow() {
  const room = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  if (wide <= room) return [];
  const scrolls = (element) => element && (getComputedStyle(element).overflowX === 'auto' || scrolls(element.parentElement));
  const guilty = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > room + 0.5 && !scrolls(element.parentElement))
    .map((element) => `    at ${element.tagName.toLowerCase()}${[...element.classList].map((name) => `.${name}`).join('')}`);
  return [[`the page is ${wide} px wide in a window of ${room} px`, ...guilty.slice(0, 5)].join('\n')];
}

async function look(browser, file, view) {
  const where = `${file}  ${view.name}`;
  const context = await browser.newContext({
    bypassCSP: true,
    colorScheme: view.colorScheme,
    viewport: { width: view.width, height: 800 },
  });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(file)).href;
  const fetched = [];
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) fetched.push(`fetches ${request.url()}`);
  });
  await page.goto(address);
  const scripts = await page.locator('script, [onload], [onclick], [onerror]').count();
  check(`${where}: self-contained`, scripts ? [...fetched, `${scripts} scripts`] : fetched);
  check(`${where}: fits its window`, await page.evaluate(overflow));
  await page.addScriptTag({ path: axePath });
  const results = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: 'tag', values: tags } }), TAGS);
  check(`${where}: axe`, places(results.violations));
  for (const rule of results.incomplete) {
    console.log(`note    ${where}: axe cannot decide ${rule.id} at ${rule.nodes.length} places, first ${rule.nodes[0].target.join(' ')}`);
  }
  await context.close();
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
try {
  for (const file of files) {
    for (const view of VIEWS) await look(browser, file, view);
  }
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
