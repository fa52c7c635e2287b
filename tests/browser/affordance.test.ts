import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { affordanceOf } from '../../src/browser/affordance.ts';
import type { Affordance } from '../../src/browser/affordance.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';

const CASES: ReadonlyArray<readonly [name: string, html: string, expected: Affordance | undefined]> = [
  ['a form of e-mail and password', '<form><input type="email"><input type="password"></form>', 'form'],
  ['a form for a telephone number', '<form><input type="tel" name="phone"><button>Send code</button></form>', 'form'],
  ['a form for a user name', '<form><input name="username"><button>Next</button></form>', 'form'],
  ['the button of a provider alone', '<main><button>Continue with Google</button></main>', 'form'],
  ['the same in another language', '<main><button>Mit GitHub anmelden</button></main>', 'form'],
  ['a passkey alone', '<main><button>Sign in with a passkey</button></main>', 'form'],
  ['a link to sign-in', '<main><a href="/sign-in">Sign in</a></main>', 'link'],
  [
    'the button of a provider in the header',
    '<header><button>Sign in with Google</button></header><p>Hello</p>',
    'header link',
  ],
  ['the same in a language of other letters', '<main><button>Googleでログイン</button></main>', 'form'],
  ['a button that shares', '<main><button>Share with X</button><button>Connect with Slack</button></main>', undefined],
  ['a button that has to do with a provider', '<main><button>Open Google Calendar</button></main>', undefined],
  ['a search field', '<form><input name="q"><button>Search</button></form>', undefined],
];

describe('how a page lets a person sign in', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await chromium.launch(browserLaunchOptions());
    page = await browser.newPage();
  });
  after(() => browser.close());

  for (const [name, html, expected] of CASES)
    test(`${name}: ${expected ?? 'not at all'}`, async () => {
      await page.setContent(html);
      assert.equal(await affordanceOf(page), expected);
    });
});
