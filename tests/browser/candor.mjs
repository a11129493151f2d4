// A running Candor and a real Chromium for the tests of this folder.
//
//   const house = await Candor.start();            // `candor demo` on a free port, in a temporary folder
//   const page = await house.page({ width: 360, scheme: 'dark', script: false });
//   await house.signIn(page, 'sales');             // by the one-time link that `demo` printed
//   await look(page, house.base + '/sales', 'sales');  // what must hold on every page, in every width and scheme
//   await house.stop();
//
// The binary is target/debug/candor, or CANDOR_BINARY; Chromium is CANDOR_CHROMIUM or whatever is on the PATH.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shots = fileURLToPath(new URL('./shots/', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The widths at which no page may overlap, overflow or cut text, in CSS pixels. */
export const WIDTHS = [360, 768, 1440];
/** The colour schemes every page is shown in. */
export const SCHEMES = ['light', 'dark'];
/** How long `demo` may take to furnish itself before a test fails; a debug build prepares five reports. */
const PATIENCE_MS = 180_000;

/** The first of these programs that is on the PATH. */
function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      try { accessSync(path, constants.X_OK); return path; } catch { /* not this one */ }
    }
  }
  throw new Error(`none of these is on the PATH: ${names.join(', ')}`);
}

/** The program under test. */
export function binary() {
  return process.env.CANDOR_BINARY ?? join(root, 'target/debug/candor');
}

/** The Chromium to use. */
export function chromiumPath() {
  return process.env.CANDOR_CHROMIUM
    ?? onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome');
}

/** What `candor demo` prints: its address, and a one-time link for each desk. */
export function readPrompt(text) {
  const base = text.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  const links = {};
  for (const [, desk, link] of text.matchAll(/^\s*([a-z]+):\s+(http:\/\/127\.0\.0\.1:\d+\/\S+)\s*$/gim)) {
    links[desk.toLowerCase()] = link;
  }
  return { base, links };
}

/** A furnished Candor with a browser in front of it. */
export class Candor {
  /** Starts `candor demo` and Chromium; `desks` are the links to wait for. */
  static async start(desks = ['sales', 'compliance', 'security', 'admin', 'auditor']) {
    const house = new Candor();
    house.folder = mkdtempSync(join(tmpdir(), 'candor-browser-'));
    try {
      await house.#serve(desks);
      house.browser = await chromium.launch({ executablePath: chromiumPath() });
    } catch (error) {
      await house.stop();
      throw error;
    }
    return house;
  }

  /** Runs the binary until it has printed everything that is waited for. */
  async #serve(desks) {
    const data = join(this.folder, 'demo');
    this.process = spawn(binary(), ['demo', '--listen', '127.0.0.1:0', '--data', data], {
      cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.printed = '';
    this.logged = '';
    this.process.stderr.on('data', (bytes) => { this.logged += bytes; });
    await new Promise((ready, failed) => {
      const fail = (why) => failed(new Error(`${binary()} demo ${why}\n${this.printed}\n${this.logged}`));
      const timer = setTimeout(() => fail('did not get ready in time'), PATIENCE_MS);
      this.process.once('error', (error) => { clearTimeout(timer); fail(error.message); });
      this.process.once('exit', (code) => { clearTimeout(timer); fail(`ended with ${code}`); });
      this.process.stdout.on('data', (bytes) => {
        this.printed += bytes;
        const { base, links } = readPrompt(this.printed);
        if (base && desks.every((desk) => links[desk])) {
          clearTimeout(timer);
          Object.assign(this, { base, links });
          ready();
        }
      });
    });
    this.process.removeAllListeners('exit');
  }

  /** A page of a new browser profile: nothing is known of whoever looks. */
  async page({ width = 1440, scheme = 'light', script = true } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height: width < 500 ? 740 : 900 }, colorScheme: scheme, javaScriptEnabled: script,
      reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC', acceptDownloads: true,
    });
    const page = await context.newPage();
    page.complaints = [];
    page.scripts = script;
    page.on('console', (message) => {
      if (message.type() === 'error') page.complaints.push(message.text());
    });
    page.on('pageerror', (error) => page.complaints.push(error.message));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== this.base) page.complaints.push(`went to ${request.url()}`);
    });
    return page;
  }

  /** Signs a member of staff in by the link that `demo` printed for the desk; each link works once. */
  async signIn(page, desk) {
    const link = this.links[desk];
    assert.ok(link, `no link for ${desk} is left`);
    delete this.links[desk];
    await page.goto(link);
    await page.locator('main form button').first().click();
    await page.waitForLoadState();
    assert.ok(!page.url().startsWith(link), `the link for ${desk} did not sign in: ${page.url()}`);
  }

  /** Stops everything; `demo` must end by itself when it is asked to. */
  async stop() {
    await this.browser?.close();
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGTERM');
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(timer);
      assert.notEqual(this.process.signalCode, 'SIGKILL', 'demo did not stop within 30 s of SIGTERM');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Goes to `address` and checks it in every width and scheme; returns what is wrong, as lines. */
export async function look(page, address, name, { status = 200 } = {}) {
  const answer = await page.goto(address);
  const complaints = answer.status() === status ? [] : [`answered ${answer.status()} instead of ${status}`];
  // The browser itself complains about the status of an error page; that is what was asked for.
  if (status >= 400) page.complaints = page.complaints.filter((text) => !text.includes('Failed to load resource'));
  for (const scheme of SCHEMES) {
    for (const width of WIDTHS) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
      const view = `${width} ${scheme}`;
      const found = await inspect(page, `${name}-${width}-${scheme}`);
      complaints.push(...found.map((one) => `${view}: ${one}`));
    }
  }
  return complaints;
}

/** The pages that `page` links to and that look different: one address for each shape of path. */
export async function linked(page, base) {
  const hrefs = await page.locator('main a[href], nav a[href]').evaluateAll((links) => links.map((link) => link.href));
  const pages = new Map();
  for (const href of hrefs) {
    const url = new URL(href);
    if (url.origin === base) pages.set(shape(url.pathname), url.origin + url.pathname + url.search);
  }
  return pages;
}

/** A path with ids and numbers taken out: `/sales/requests/0197..` and its neighbours look alike. */
export function shape(path) {
  const taken = (step) => (/^[0-9a-f]{8}-[0-9a-f-]+$|^[0-9]+$|^[A-Za-z0-9_-]{43}$/.test(step) ? '*' : step);
  return path.split('/').map(taken).join('/');
}

/** Checks the page as it stands: axe, overflow, cut text, errors; takes a picture when it has a name. */
export async function inspect(page, name) {
  if (name) {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  }
  const complaints = [
    // axe waits for timers, and none runs where scripts are off; the same page is judged with scripts on.
    ...(page.scripts === false ? [] : await violations(page)),
    ...await page.evaluate(layout),
    ...page.complaints.map((text) => `console: ${text}`),
  ];
  page.complaints.length = 0;
  return complaints;
}

/** What axe-core finds, rule by rule with the element; it runs beside the page, so no CSP stands in its way. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `axe ${rule.id}: ${rule.help}: ${node.html} ${node.failureSummary.replaceAll('\n', ' ')}`,
  ));
}

/** Runs in the page: sideways overflow, text cut by its box, text lying over other text. */
function layout() {
  const complaints = [];
  const name = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${text}`;
  };
  const view = document.documentElement;
  if (view.scrollWidth > view.clientWidth) {
    complaints.push(`the page is ${view.scrollWidth} px wide in a window of ${view.clientWidth}`);
  }
  // What is hidden from eyes on purpose, for screen readers, is a box of one pixel.
  const shown = (element) => {
    // What lies in a closed `details` has a place, but nobody sees it there.
    if (!element.checkVisibility()) return false;
    const box = element.getBoundingClientRect();
    const hidden = (one) => {
      const style = getComputedStyle(one);
      const outer = one.getBoundingClientRect();
      return style.visibility === 'hidden' || (style.clipPath !== 'none' && outer.width <= 1 && outer.height <= 1);
    };
    for (let one = element; one; one = one.parentElement) if (hidden(one)) return false;
    return box.width > 1 && box.height > 1;
  };
  const scrolls = (element) => {
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (['auto', 'scroll'].includes(getComputedStyle(one).overflowX)) return true;
    }
    return false;
  };
  const texts = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') || !shown(element)) continue;
    const style = getComputedStyle(element);
    const cuts = (axis) => ['hidden', 'clip'].includes(axis);
    if (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1) complaints.push(`cut sideways: ${name(element)}`);
    if (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1) complaints.push(`cut below: ${name(element)}`);
    const box = element.getBoundingClientRect();
    if (box.right > view.clientWidth + 1 && !scrolls(element)) complaints.push(`reaches out of the window: ${name(element)}`);
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    for (const node of own) {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) texts.push({ element, rect });
    }
  }
  // Lines of different elements may touch, never lie over each other.
  for (let a = 0; a < texts.length; a += 1) {
    for (let b = a + 1; b < texts.length; b += 1) {
      const [one, other] = [texts[a], texts[b]];
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const width = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const height = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      if (width > 2 && height > Math.min(one.rect.height, other.rect.height) / 3) {
        complaints.push(`overlap: ${name(one.element)} and ${name(other.element)}`);
      }
    }
  }
  return [...new Set(complaints)];
}
