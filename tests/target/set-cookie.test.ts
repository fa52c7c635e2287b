import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSetCookie, reaches } from '../../src/target/set-cookie.ts';

const url = new URL('https://clerk.example.com/v1/client');

describe('Set-Cookie, as a browser takes it', () => {
  test('a cookie of the host, with everything said', () =>
    assert.deepEqual(
      parseSetCookie(
        '__client=a=b; Path=/; HttpOnly; Secure; SameSite=None; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
        url,
      ),
      {
        name: '__client',
        value: 'a=b',
        domain: 'clerk.example.com',
        path: '/',
        expires: 4_102_444_800,
        httpOnly: true,
        secure: true,
        sameSite: 'None',
      },
    ));
  test('a cookie of the domain, with nothing said', () => {
    for (const domain of ['example.com', '.example.com'])
      assert.deepEqual(parseSetCookie(`__client_uat=1; domain=${domain}`, url), {
        name: '__client_uat',
        value: '1',
        domain: '.example.com',
        path: '/',
        expires: -1,
        httpOnly: false,
        secure: false,
        sameSite: 'Lax',
      });
  });
  test('Max-Age wins over Expires', () => {
    const cookie = parseSetCookie('a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', url);
    assert.ok(cookie && Math.abs(cookie.expires - Date.now() / 1000 - 60) < 5);
  });
  test('one that deletes, and one that is none, are not kept', () => {
    assert.equal(parseSetCookie('a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', url), undefined);
    assert.equal(parseSetCookie('a=1; Max-Age=0', url), undefined);
    assert.equal(parseSetCookie('nonsense', url), undefined);
  });
  test('reaches its host, or every host of its domain', () => {
    const host = parseSetCookie('a=1', url);
    const domain = parseSetCookie('a=1; Domain=example.com', url);
    assert.ok(host && domain);
    assert.deepEqual(
      ['clerk.example.com', 'app.example.com', 'example.com', 'notexample.com'].map((name) => reaches(domain, name)),
      [true, true, true, false],
    );
    assert.ok(reaches(host, 'clerk.example.com') && !reaches(host, 'example.com'));
  });
});
