// The bones of every page, kept as text beside the tests: a heading, a field, a button or a column that goes missing or
// is called otherwise is seen in review. Numbers, days and what people wrote are masked or left out, as the demo lives on.
//
//   const album = new Album('sales');
//   await album.take(page, '/sales/requests/*');
//   album.close();        // compares with snapshots/sales.txt; CANDOR_SNAPSHOTS=write writes it anew

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./snapshots/', import.meta.url));

/** How much of a line is kept: its beginning tells which it is. */
const WIDTH = 120;

/** Which entry or letter is the newest is chance, and what there is to say of it; so is how far the log's check is. */
const BY_CHANCE = ['/security/entries/*', '/security/integrity', '/demo/letters/*'];

/** The pages of one role. */
export class Album {
  #pages = new Map();

  constructor(role) { this.role = role; }

  /** Takes the page as it stands, under a name; the first one of a name counts. */
  async take(page, name) {
    if (this.#pages.has(name) || BY_CHANCE.includes(name)) return;
    const lines = await page.evaluate(outline);
    this.#pages.set(name, [...new Set([mask(await page.title()), ...lines.map(mask)])]);
  }

  /** Compares what was taken with what is kept, or keeps it. */
  close() {
    const path = `${folder}${this.role}.txt`;
    const names = [...this.#pages.keys()].sort();
    const text = names.map((name) => [`== ${name}`, ...this.#pages.get(name), ''].join('\n')).join('\n');
    if (process.env.CANDOR_SNAPSHOTS === 'write') {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
      return;
    }
    const kept = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const [was, is] = [kept.split('\n'), text.split('\n')];
    const at = is.findIndex((line, number) => line !== was[number]);
    const where = is.slice(0, at + 1).findLast((line) => line.startsWith('== '));
    assert.ok(text === kept, `pages of ${this.role} changed, first ${where}:\n- ${was[at]}\n+ ${is[at]}\n`
      + 'Look at them, then run this test with CANDOR_SNAPSHOTS=write.');
  }
}

/** What differs from one demo to the next. */
function mask(text) {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '~')
    .replace(/\b[0-9A-Z]{4,5}-[0-9A-Z]{4,5}\b/g, '~')
    .replace(/\b[0-9A-F]{6,}\b/g, '~')
    .replace(/(?=[A-Za-z0-9_+/=-]*\d)[A-Za-z0-9_+/=-]{16,}/g, '~')
    .replace(/\b(January|February|March|April|May|June|July|August|September|October|November|December)\b/g, '~')
    .replace(/\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b/g, '~')
    .replace(/\d+([.,:]\d+)*/g, '0')
    .replace(/\b(second|minute|hour|day|week|month|year)s\b/g, '$1')
    .slice(0, WIDTH);
}

/** Runs in the page: its bones in their order, each line once: headings, what can be filled in and pressed, columns. */
function outline() {
  const lines = new Set();
  const words = (element) => (element.innerText ?? element.textContent ?? '').replace(/\s+/g, ' ').trim();
  const control = (element) => {
    const label = element.labels?.length ? words(element.labels[0]) : element.getAttribute('aria-label') ?? '';
    const kind = element.tagName === 'INPUT' ? element.type : element.tagName.toLowerCase();
    return `[${kind}] ${label}${element.required ? ' (needed)' : ''}`;
  };
  const says = {
    H1: (one) => `# ${words(one)}`,
    H2: (one) => `## ${words(one)}`,
    LEGEND: (one) => `(group) ${words(one)}`,
    SUMMARY: (one) => `(more) ${words(one)}`,
    CAPTION: (one) => `(table) ${words(one)}`,
    BUTTON: (one) => `[button] ${words(one)}`,
    TH: (one) => (one.closest('thead') ? `| ${words(one)}` : ''),
    A: (one) => (one.closest('nav') ? `-> ${words(one)}` : ''),
    INPUT: (one) => (one.type === 'hidden' ? '' : control(one)),
    SELECT: control,
    TEXTAREA: control,
  };
  for (const element of document.body.querySelectorAll(Object.keys(says).join(','))) {
    if (element.checkVisibility()) lines.add(says[element.tagName](element));
  }
  lines.delete('');
  return [...lines];
}
