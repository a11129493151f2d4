// The harness itself: a page with a fault must be reported, a sound one must not.

import assert from 'node:assert/strict';
import test from 'node:test';
import { chromium } from 'playwright-core';
import { chromiumPath, inspect, readPrompt, shape } from './candor.mjs';

const frame = (body, style = '') => `<!doctype html><html lang="en"><head><title>Sound</title>
  <meta name="viewport" content="width=device-width"><style>body{margin:0;font:16px/1.5 sans-serif}${style}</style></head>
  <body><main><h1>A page</h1>${body}</main></body></html>`;

test('what must hold on every page is looked at', { timeout: 120_000 }, async (t) => {
  const browser = await chromium.launch({ executablePath: chromiumPath() });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  page.complaints = [];
  const complaints = async (body, style) => {
    await page.setContent(frame(body, style));
    return inspect(page);
  };
  assert.deepEqual(await complaints('<p>Nothing is wrong here.</p>'), []);
  const unseen = '<p>Seen <span style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">not seen</span></p>';
  assert.deepEqual(await complaints(unseen), []);
  const scrolled = '<div tabindex="0" role="region" aria-label="Wide" style="overflow-x:auto"><p style="width:900px">wide</p></div>';
  assert.deepEqual(await complaints(scrolled), []);
  for (const [body, wanted] of [
    ['<img src="data:,">', /axe image-alt/],
    ['<p style="color:#bbb;background:#fff">pale</p>', /axe color-contrast/],
    ['<p style="width:900px">wide</p>', /900 px wide in a window of 360/],
    ['<p style="width:5em;overflow:hidden;white-space:nowrap">a text that is cut off</p>', /cut sideways/],
    ['<p style="height:1em;overflow:hidden">one<br>two<br>three</p>', /cut below/],
    ['<p>one line</p><p style="margin-top:-2.2em">another line</p>', /overlap/],
  ]) {
    const found = await complaints(body);
    assert.ok(found.some((one) => wanted.test(one)), `${wanted}: ${found.join('\n')}`);
  }
  page.complaints.push('a script failed');
  assert.deepEqual(await complaints('<p>sound</p>'), ['console: a script failed']);
});

test('the prompt of the demo is read', () => {
  const text = 'Open http://127.0.0.1:4123 first.\n\n  sales:      http://127.0.0.1:4123/staff/link/abc-_1\n  Security: http://127.0.0.1:4123/staff/link/x\n';
  assert.deepEqual(readPrompt(text), {
    base: 'http://127.0.0.1:4123',
    links: { sales: 'http://127.0.0.1:4123/staff/link/abc-_1', security: 'http://127.0.0.1:4123/staff/link/x' },
  });
  assert.deepEqual(readPrompt('starting'), { base: undefined, links: {} });
});

test('pages of one shape are looked at once', () => {
  assert.equal(shape('/sales/requests/0197a1b2-0000-7000-8000-000000000001'), '/sales/requests/*');
  assert.equal(shape('/security/entries/17/proof'), '/security/entries/*/proof');
  assert.equal(shape('/reports/nasa-ig-19-022'), '/reports/nasa-ig-19-022');
});
