import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { AREAS, CATALOG, areaOf, catalogEntry } from '../src/catalog.ts';
import type { CatalogEntry } from '../src/catalog.ts';

const root = join(import.meta.dirname, '..');
const specs = new Map(
  readdirSync(join(root, 'specs'))
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => [name, readFileSync(join(root, 'specs', name), 'utf8')]),
);

describe('the catalogue', () => {
  it('names every check once', () => assert.equal(new Set(CATALOG.map(({ id }) => id)).size, CATALOG.length));
  it('finds entries by id', () => {
    assert.equal(catalogEntry('headers/csp')?.id, 'headers/csp');
    assert.equal(catalogEntry('acme/own'), undefined);
  });

  for (const entry of CATALOG as readonly CatalogEntry[]) {
    describe(entry.id, () => {
      const area = areaOf(entry.id);
      it('is well-formed and in a known area', () => {
        assert.match(entry.id, /^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
        assert.ok((AREAS as readonly string[]).includes(area));
      });
      it('says what, why and how to repair it', () => {
        for (const text of [entry.title, entry.row, entry.why, entry.fix]) assert.ok(text.trim().length > 4, text);
        assert.match(entry.docs, /^https:\/\//);
        assert.ok(entry.methods.length > 0);
      });
      it('has a test in the spec of its area, and in no other', () => {
        const naming = [...specs].filter(([, text]) => text.includes(`check('${entry.id}'`)).map(([name]) => name);
        assert.deepEqual(naming, [`${area}.spec.ts`]);
      });
      if (entry.smoke)
        it('is anonymous HTTP at least in part, as smoke is', () => assert.ok(entry.methods.includes('http')));
      const page = join(root, 'docs', 'checks', `${area}.md`);
      if (existsSync(page))
        it('has a section in the documentation', () => assert.ok(readFileSync(page, 'utf8').includes(entry.id)));
    });
  }

  it('knows every check that a spec names', () => {
    const named = [...specs.values()].flatMap((text) =>
      [...text.matchAll(/check\('([^']+)'/g)].map((match) => match[1] ?? ''),
    );
    assert.deepEqual(
      named.filter((id) => catalogEntry(id) === undefined),
      [],
    );
  });
});
