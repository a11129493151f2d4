// The main job, end to end, as people do it: a prospect asks, proves the address, accepts the NDA; sales approves; the
// prospect reads the room and downloads a copy with their name on every page; security finds every step in the log,
// proves that it is whole, and finds the copy by its number. At a desk, without script, and on a phone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Candor, binary, look } from './candor.mjs';

/** The ways the story is played. */
const WAYS = [
  { name: 'at a desk', width: 1440, script: true },
  { name: 'without script', width: 1440, script: false },
  { name: 'on a phone', width: 360, script: true },
];
/** How the number of a copy looks. */
const COPY = /[0-9A-Z]{5}-[0-9A-Z]{5}/;

let house, sales, security;
before(async () => {
  house = await Candor.start();
  [sales, security] = [await house.page(), await house.page()];
  await house.signIn(sales, 'sales');
  await house.signIn(security, 'security');
});
after(async () => { await house?.stop(); });

/** Asks for the first report. */
async function asks(page, { name, email, organisation }) {
  await page.goto(house.base);
  await page.getByRole('link', { name: 'Request a report' }).first().click();
  await page.locator('input[name="items"]').first().check();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Work e-mail address').fill(email);
  await page.getByLabel('Your organisation').fill(organisation);
  await page.locator('input[name="relation"][value="customer"]').check();
  await page.getByRole('button', { name: /request/i }).last().click();
  await page.waitForURL('**/confirm');
}

/** Reads the newest letter to an address whose subject matches. */
async function letter(page, email, subject) {
  await page.goto(`${house.base}/demo/letters`);
  const row = page.locator('tr', { hasText: email }).filter({ hasText: subject }).first();
  await row.getByRole('link').click();
  return page.locator('.letter').innerText();
}

/** Types the code of the letter. */
async function confirms(page, email) {
  const text = await letter(page, email, 'Your code');
  const code = text.match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)[0];
  await page.goto(`${house.base}/confirm`);
  await page.getByLabel('Code from the letter').fill(code.toLowerCase());
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.waitForURL('**/requests/*');
  return page.url();
}

/** Reads and accepts the NDA; the first try forgets a box and is told so beside it. */
async function accepts(page, request) {
  await page.getByRole('link', { name: 'Read the NDA' }).click();
  await page.getByLabel('I have read this text and agree to it.').check();
  await page.getByLabel('Your title').fill('Head of vendor risk');
  await page.getByRole('button', { name: 'I agree to the NDA' }).click();
  assert.match(await page.locator('main').innerText(), /Tick this box if you may accept for your organisation/);
  await page.getByLabel('I am authorised to accept it for my organisation.').check();
  await page.getByRole('button', { name: 'I agree to the NDA' }).click();
  await page.waitForURL(request);
}

/** Approves the request of an address with the terms as they are proposed. */
async function approves(email) {
  await sales.goto(`${house.base}/sales`);
  await sales.locator('tr', { hasText: email }).getByRole('link').first().click();
  await sales.getByRole('button', { name: /^approve/i }).click();
  await sales.waitForLoadState();
  assert.match(await sales.locator('main').innerText(), /approved/i);
}

/** Opens the room, reads, downloads; gives the file and the number on it. */
async function reads(page, request) {
  await page.goto(request);
  await page.getByRole('link', { name: 'Open the report room' }).click();
  const room = await page.locator('main').innerText();
  assert.match(room, /The auditor’s words/i);
  assert.match(room, /Management response/i);
  assert.match(room, /Remediation today/i);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download my copy' }).click(),
  ]);
  const file = join(house.folder, download.suggestedFilename());
  await download.saveAs(file);
  return { file, number: room.match(COPY)[0] };
}

/** From the room: reads pages in the browser, by links, by number, and by the arrow keys where there is script. */
async function turns(page, script) {
  await page.getByRole('link', { name: 'Read in the browser' }).click();
  const heading = page.getByRole('heading', { level: 1 });
  const isAt = async (number) => assert.match(await heading.innerText(), new RegExp(`^Page ${number} of `));
  await isAt(1);
  const picture = page.locator('.reader-page img');
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth)) > 600);
  await page.getByRole('link', { name: 'Next page' }).click();
  await isAt(2);
  await page.getByText('The words of this page').click();
  assert.ok((await page.locator('.reader-words').innerText()).length > 200);
  await page.getByRole('link', { name: 'Larger' }).click();
  await isAt(2);
  await page.getByLabel('Go to page').fill('5');
  await page.getByRole('button', { name: 'Go' }).click();
  await isAt(5);
  if (!script) return;
  await page.getByRole('link', { name: 'Fit' }).click();
  for (const [key, number] of [['ArrowRight', 6], ['ArrowLeft', 5]]) {
    await page.locator('main').focus();
    await Promise.all([page.waitForURL(`**/pages/${number}?size=column`), page.keyboard.press(key)]);
    await isAt(number);
  }
  // In the field they move the caret.
  await page.getByLabel('Go to page').focus();
  await page.keyboard.press('ArrowRight');
  await isAt(5);
}

test('every page of a recipient is accessible, and whole at every width', { timeout: 300_000 }, async () => {
  const page = await house.page();
  const email = 'mary@buyer.example';
  const wrong = [];
  const judge = async (address, name) => wrong.push(...await look(page, address, `recipient_${name}`));
  await asks(page, { name: 'Mary Somerville', email, organisation: 'Buyer Works' });
  await judge(`${house.base}/confirm`, 'confirm');
  const request = await confirms(page, email);
  await judge(request, 'steps_waiting');
  await judge(`${house.base}/nda`, 'nda');
  await page.goto(request);
  await accepts(page, request);
  await approves(email);
  await judge(request, 'steps_approved');
  await page.goto(request);
  const { number } = await reads(page, request);
  const room = page.url();
  await judge(room, 'room');
  await judge(`${room}/pages/3`, 'page');
  await judge(`${room}/pages/3?size=huge`, 'page_huge');
  await judge(`${house.base}/access`, 'access');
  await page.goto(`${house.base}/access`);
  await judge(await page.getByRole('link', { name: /^Certificate/ }).first().evaluate((link) => link.href), 'certificate');
  await judge(`${house.base}/verify`, 'verify');
  await judge(`${house.base}/`, 'trust');
  assert.match(number, COPY);
  assert.deepEqual(wrong.filter((text) => !text.includes('status of 422')), []);
});

for (const way of WAYS) {
  test(`the main job ${way.name}`, { timeout: 180_000 }, async () => {
    const page = await house.page({ width: way.width, script: way.script });
    const email = `ada.${WAYS.indexOf(way)}@buyer.example`;
    await asks(page, { name: 'Ada Lovelace', email, organisation: 'Buyer Works' });
    const request = await confirms(page, email);
    await accepts(page, request);
    await approves(email);
    const { file, number } = await reads(page, request);
    await turns(page, way.script);
    const read = execFileSync(binary(), ['watermark', 'read', file], { encoding: 'utf8' });
    assert.ok(read.includes(number), `the copy says ${read} and the room said ${number}`);
    assert.ok(!read.includes('UNASSIGNED'), read);
    await page.goto(`${house.base}/access`);
    assert.match(await page.locator('main').innerText(), /download/i);
    assert.match(await letter(page, email, 'certificate'), /SHA-256/);
    await security.goto(`${house.base}/security/copy?id=${number}`);
    assert.match(await security.locator('main').innerText(), new RegExp(email));
    // The one form that was sent incomplete on purpose is answered 422, which the browser notes.
    assert.deepEqual(page.complaints.filter((text) => !text.includes('status of 422')), []);
  });
}

test('security sees every step and proves that the log is whole', { timeout: 60_000 }, async () => {
  // Of the one who read last: how much else stands on the first page of the log is chance.
  const reader = `ada.${WAYS.length - 1}@buyer.example`;
  await security.goto(`${house.base}/security`);
  await security.getByLabel('Search', { exact: true }).fill(reader);
  await security.getByRole('button', { name: 'Filter', exact: true }).click();
  await security.waitForURL(/person=/);
  const log = await security.locator('main tbody').first().innerText();
  assert.ok(log.includes(reader), `the log finds nobody: ${log}`);
  for (const kind of ['download.completed', 'download.started', 'request.approved', 'nda.accepted', 'code.confirmed']) {
    assert.ok(log.includes(kind), `the log does not show ${kind}: ${log}`);
  }
  await security.goto(`${house.base}/security/integrity`);
  await security.getByRole('button', { name: 'Verify the whole log' }).click();
  await security.waitForLoadState();
  assert.match(await security.locator('[role="status"]').innerText(), /whole/i);
});

test('a link opened in another browser signs nobody in there, and can be disowned', { timeout: 60_000 }, async () => {
  const [here, there] = [await house.page(), await house.page({ script: false })];
  const email = 'grace@buyer.example';
  await asks(here, { name: 'Grace Hopper', email, organisation: 'Buyer Works' });
  const text = await letter(here, email, 'Your code');
  const link = text.match(/http\S+\/confirm\/\S+/)[0];
  // A mail scanner opens every link, and again.
  for (let visit = 0; visit < 3; visit += 1) await there.goto(link);
  assert.ok(!(await there.locator('main').innerText()).includes(email), 'GET tells nothing');
  await there.getByRole('button', { name: 'Show the request' }).click();
  const shown = await there.locator('main').innerText();
  assert.ok(shown.includes(email) && /[0-9A-Z]{4}-[0-9A-Z]{4}/.test(shown));
  await there.goto(`${house.base}/access`);
  assert.match(there.url(), /\/sign-in/);
  await there.goto(link);
  await there.getByRole('button', { name: 'Show the request' }).click();
  await there.getByRole('button', { name: 'This was not me, stop it' }).click();
  assert.match(await there.locator('main').innerText(), /no longer works/);
  await here.goto(link);
  await here.getByRole('button', { name: 'This is my address' }).click();
  assert.match(await here.locator('main').innerText(), /has ended/);
});
