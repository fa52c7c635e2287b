import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PARTS, areaPage, outOfStep, slug } from '../docs/generate.ts';
import { CATALOG, areaOf, catalogEntry } from '../src/catalog.ts';
import type { CatalogEntry } from '../src/catalog.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGES = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));
const CHECK_PAGES = PAGES.filter((path) => dirname(path) === join('docs', 'checks'));

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Text outside code, where `#` is a heading and `[…](…)` a link. */
const prose = (text: string) => text.replace(/^( *)```[\s\S]*?^\1```/gm, '');

const headings = (text: string, level: number) =>
  [...prose(text).matchAll(/^(#{1,6}) (.+)$/gm)]
    .filter((match) => match[1]?.length === level)
    .map((match) => match[2] ?? '');

describe('docs', () => {
  test('heads and table are in step with the catalogue', () => {
    assert.deepEqual(
      outOfStep(ROOT).map(({ path }) => path),
      [],
      'run node --import tsx docs/generate.ts',
    );
  });

  test('a sample takes one project of readinessProjects(), which gives no second', () => {
    const taken = ['README.md', ...PAGES].flatMap((path) =>
      [...read(path).matchAll(/^const \[(.*)\] = readinessProjects\(/gm)].map(([, names]) => `${path}: ${names}`),
    );
    assert.ok(taken.length > 3);
    assert.deepEqual(
      taken.filter((each) => each.includes(',')),
      [],
    );
  });

  for (const { id } of CATALOG) {
    test(`${id} has a section with every part written`, () => {
      const page = read(`docs/checks/${areaOf(id)}.md`);
      const [, section] = page.split(`\n## \`${id}\`\n`);
      assert.ok(section !== undefined, 'the section is missing');
      const parts = section.split(/^## /m)[0] ?? '';
      const [generated = '', written = ''] = parts.split('<!-- /generated -->');
      assert.match(generated, /<!-- generated:/);
      assert.deepEqual(headings(written, 3), [...PARTS]);
      for (const text of written.split(/^### .+$/m).slice(1))
        assert.match(text.trim(), /\w.{20}/, 'a part has no text');
    });
  }

  test('no section explains a check that does not exist, and none stands on the page of another area', () => {
    for (const path of CHECK_PAGES) {
      for (const heading of headings(read(path), 2)) {
        const id = heading.replaceAll('`', '');
        assert.ok(catalogEntry(id), `${path}: ${heading} is no check of the catalogue`);
        assert.equal(path, join('docs', 'checks', `${areaOf(id)}.md`));
      }
    }
  });

  for (const path of ['README.md', ...PAGES]) {
    test(`links of ${path} lead somewhere`, () => {
      for (const [, target = ''] of prose(read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
        assert.ok(existsSync(join(ROOT, linked)), `${target}: there is no ${linked}`);
        if (anchor === undefined) continue;
        const anchors = [1, 2, 3, 4].flatMap((level) => headings(read(linked), level)).map(slug);
        assert.ok(anchors.includes(anchor), `${target}: ${linked} has no such heading`);
      }
    });
  }
});

describe('docs/generate', () => {
  const entry: CatalogEntry = { ...(CATALOG[0] as CatalogEntry), id: 'environment/example', title: 'An example' };

  test('makes the section of a check that has none, and leaves what people wrote', () => {
    const page = areaPage('# environment\n\nBy hand.\n', 'environment', [entry]);
    assert.match(
      page,
      /^# environment\n\nBy hand\.\n\n## `environment\/example`\n\n<!-- generated:environment\/example -->\n\*\*An example\*\*/,
    );
    assert.deepEqual(headings(page, 3), [...PARTS]);
    const written = page.replace('### How\n', '### How\n\nAlso by hand.\n');
    const renamed = areaPage(written, 'environment', [{ ...entry, title: 'Renamed' }]);
    assert.equal(renamed, written.replace('**An example**', '**Renamed**'));
  });

  test('puts the head under a heading that stands without one', () => {
    const page = areaPage('# environment\n\n## `environment/example`\n\nBy hand.\n', 'environment', [entry]);
    assert.match(
      page,
      /## `environment\/example`\n\n<!-- generated:environment\/example -->[\s\S]*<!-- \/generated -->\n\nBy hand\.\n$/,
    );
    assert.equal(areaPage(page, 'environment', [entry]), page);
  });

  const copy = mkdtempSync(join(tmpdir(), 'readiness-docs-'));
  after(() => rmSync(copy, { recursive: true }));

  test('finds a stale head and a stale table, writes both, and is then content', () => {
    cpSync(join(ROOT, 'docs'), join(copy, 'docs'), { recursive: true });
    cpSync(join(ROOT, 'README.md'), join(copy, 'README.md'));
    for (const { path, text } of outOfStep(copy)) writeFileSync(join(copy, path), text);
    const stale = CATALOG.map((one) =>
      one.id === 'webhook/forged-signature' ? { ...one, title: 'Another title' } : one,
    );
    const files = outOfStep(copy, stale);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['docs/checks/webhook.md', 'README.md'],
    );
    for (const { path, text } of files) {
      assert.ok(text.includes('Another title'));
      writeFileSync(join(copy, path), text);
    }
    assert.deepEqual(outOfStep(copy, stale), []);
  });

  test('--check exits 1 for files that are not in step, and names them without writing', () => {
    const scripts = join(copy, 'docs', 'generate.ts');
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    const before = readFileSync(join(copy, 'README.md'), 'utf8');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), scripts, ...args], { encoding: 'utf8' });
    const checked = run('--check');
    assert.equal(checked.status, 1, checked.stderr);
    assert.match(checked.stdout, /^docs\/checks\/webhook\.md is not in step/m);
    assert.equal(readFileSync(join(copy, 'README.md'), 'utf8'), before);
    assert.equal(run().status, 0);
    const again = run('--check');
    assert.equal(again.status, 0, again.stdout);
  });
});
