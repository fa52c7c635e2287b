import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compiled, coverage, matcherEntries } from '../../src/source/matcher.ts';

const QUICKSTART = [
  '/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)',
  '/(api|trpc)(.*)',
];

describe('a matcher', () => {
  for (const [name, matcher, path, expected] of [
    ['of the quickstart covers a page', QUICKSTART, '/dashboard', 'all'],
    ['of the quickstart covers the API', QUICKSTART, '/api/v1.0/file.csv', 'all'],
    ['of the quickstart leaves files out', QUICKSTART, '/logo.png', 'none'],
    ['without the API leaves it out', ['/((?!api|_next).*)'], '/api/me', 'none'],
    ['by name covers what is below', '/dashboard/:path*', '/dashboard/a/b', 'all'],
    ['by name covers the page itself', '/dashboard/:path*', '/dashboard', 'all'],
    ['by name covers nothing else', '/dashboard/:path*', '/settings', 'none'],
    [
      'with missing covers some requests',
      [{ source: '/(.*)', missing: [{ type: 'header', key: 'purpose' }] }],
      '/a',
      'some',
    ],
    ['that is an object covers', { source: '/(.*)' }, '/a', 'all'],
  ] as const)
    it(name, () => assert.equal(coverage(matcherEntries(matcher) ?? [], path), expected));
  it('stands behind the base path', () => {
    assert.equal(coverage(matcherEntries('/a') ?? [], '/base/a', '/base'), 'all');
    assert.equal(coverage(matcherEntries('/a') ?? [], '/a', '/base'), 'none');
  });
  for (const source of ['/((?!_next).*', '/:', '/a/(?<!b)', '/:a(?:b)'])
    it(`with ${source}, which cannot be compiled, covers by its other entries`, () => {
      assert.equal(compiled(source), undefined);
      assert.equal(coverage(matcherEntries([source, '/a']) ?? [], '/a'), 'all');
    });
  it('that is not constant is told apart', () => assert.equal(matcherEntries(['/a', undefined]), undefined));
});
