// Every page that a role can reach by links: WCAG 2.2 AA by axe-core, nothing cut, nothing overlapping, nothing wider
// than the window, at three widths, light and dark. Pictures of all of them are left in shots/.
//
// The walk begins at the paths given for the role and follows links, one page of each shape; GET changes nothing, so
// looking is safe. The bones of each page are compared with what is kept in snapshots/, but for the security desk, which
// auditors share: what stands there follows the log, which grows while the walk goes on.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Candor, linked, look, shape } from './candor.mjs';
import { Album } from './snapshots.mjs';

/** Where each role begins. */
const ROLES = {
  visitor: ['/', '/request', '/staff/sign-in', '/demo/letters'],
  sales: ['/sales', '/sales/invite', '/sales/grants'],
  compliance: ['/compliance', '/compliance/company', '/compliance/nda', '/compliance/reports', '/compliance/reports/new'],
  security: ['/security', '/security/integrity', '/security/copy'],
  auditor: ['/security', '/security/reports', '/security/board'],
};
/** Whose pages follow the log. */
const FOLLOWS_LOG = ['security', 'auditor'];

let house;
before(async () => { house = await Candor.start(); });
after(async () => { await house?.stop(); });

for (const [role, paths] of Object.entries(ROLES)) {
  test(`every page of ${role} is accessible, and whole at every width`, { timeout: 600_000 }, async () => {
    const page = await house.page();
    if (role !== 'visitor') await house.signIn(page, role);
    const waiting = new Map(paths.map((path) => [shape(path), house.base + path]));
    const seen = new Set();
    const wrong = [];
    const album = new Album(role);
    for (const [kind, address] of waiting) {
      // A Map may grow while it is walked: links found below are walked too.
      seen.add(kind);
      // A kept connection may be closed by the server at the very moment it is used again: then it is opened anew.
      const answer = await page.context().request.get(address, { maxRetries: 2 });
      if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue;
      const name = `${role}${kind.replaceAll('/', '_').replaceAll('*', 'one')}`;
      const complaints = await look(page, address, name);
      wrong.push(...complaints.map((one) => `${kind} ${one}`));
      await album.take(page, kind);
      for (const [other, next] of await linked(page, house.base)) {
        if (!seen.has(other) && !waiting.has(other)) waiting.set(other, next);
      }
    }
    assert.ok(seen.size >= paths.length);
    assert.deepEqual(wrong, []);
    if (!FOLLOWS_LOG.includes(role)) album.close();
  });
}

test('a page that is not there says so, accessibly', { timeout: 60_000 }, async () => {
  const page = await house.page();
  assert.deepEqual(await look(page, `${house.base}/no-such-page`, 'visitor_not_found', { status: 404 }), []);
});

test('pages are whole without script', { timeout: 120_000 }, async () => {
  const page = await house.page({ script: false });
  for (const path of ROLES.visitor) {
    assert.deepEqual(await look(page, house.base + path, `noscript${path.replaceAll('/', '_')}`), []);
  }
});
