import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basePathOf, foldersNamedBy, underBasePath } from '../../src/target/base-path.ts';
import { exchange, ORIGIN } from '../support/exchange.ts';

const page = (path: string, body: string) => exchange({ path, headers: { 'content-type': 'text/html' }, body });

describe('the base path of an app', () => {
  for (const [framework, body] of [
    ['Next.js', '<script src="/portal/_next/static/chunks/a.js"></script>'],
    ['Nuxt', '<link rel="modulepreload" href="/portal/_nuxt/a.js">'],
    ['Astro', `<link rel="stylesheet" href="${ORIGIN}/portal/_astro/a.css">`],
    ['SvelteKit, whose files are named from the page on', '<link href="../portal/_app/immutable/entry/start.js">'],
    ['React Router', '<script>window.__reactRouterContext = {"basename":"/portal/","future":{}};</script>'],
  ] as const)
    it(`is read off a page of ${framework}`, () =>
      assert.equal(basePathOf([page('/portal/pricing', body)]), '/portal'));

  it('is that of the home page too', () =>
    assert.equal(basePathOf([page('/portal', '<script src="/portal/_next/static/a.js"></script>')]), '/portal'));

  it('may have several segments', () =>
    assert.equal(basePathOf([page('/a/b/c', '<script src="/a/b/_next/static/a.js"></script>')]), '/a/b'));

  for (const [name, path, body] of [
    ['an app at the root', '/pricing', '<script src="/_next/static/a.js"></script>'],
    ['React Router at the root', '/pricing', '<script>window.__reactRouterContext = {"basename":"/"};</script>'],
    ['files under a path of their own', '/pricing', '<script src="/cdn/_next/static/a.js"></script>'],
    ['a path that only begins alike', '/portals', '<script src="/portal/_next/static/a.js"></script>'],
    ['files of another host', '/portal', '<script src="https://cdn.example/portal/_next/static/a.js"></script>'],
    ['a page without files', '/portal', '<h1>Portal</h1>'],
  ] as const)
    it(`is none for ${name}`, () => assert.equal(basePathOf([page(path, body)]), undefined));

  it('shows on the 404 page at the root of the site', () =>
    assert.deepEqual(foldersNamedBy(page('/', '<script src="/portal/_next/static/a.js"></script>')), ['/portal']));

  it('stands in front of every path of the app', () => {
    assert.equal(underBasePath('/portal', '/'), '/portal');
    assert.equal(underBasePath('/portal', '/dashboard'), '/portal/dashboard');
    assert.equal(underBasePath(undefined, '/'), '/');
    assert.equal(underBasePath('', '/dashboard'), '/dashboard');
  });
});
