import type { Locator, Page } from '@playwright/test';

/** What a control that leads to sign-in is called, in the languages that apps with Clerk are mostly written in. */
export const SIGN_IN_WORDS =
  /sign[\s-]?in|log[\s-]?in|sign back in|anmelden|einloggen|connexion|connecter|iniciar sesi|entrar|accedi|inloggen|zaloguj|войти|ログイン|サインイン|登录|登入|로그인/i;

/** How a page lets a person sign in: with a form, with a link or button in its content, or with one in its header. */
export type Affordance = 'form' | 'link' | 'header link';

/** Parts that stand on every page, so that they say nothing about this one. */
const HEADER = 'header, nav, footer, [role="banner"], [role="navigation"], [role="contentinfo"]';
export const IN_CONTENT = `:not(:is(${HEADER}) *)`;

const FORM = [
  'input[name="identifier"]',
  `input:is([type="email"], [type="password"], [type="tel"], [autocomplete~="username"], [name="username"])${IN_CONTENT}`,
  '.cl-signIn-root',
  '.cl-signIn-start',
  '[class*="cl-socialButtons"] button',
].join(', ');

/** Whom a button names by which a person signs in elsewhere, and what it says besides; such a page may have no field. */
const PROVIDER = /google|github|apple|microsoft|facebook|linkedin|discord|slack|gitlab|twitter|passkey|\b(x|sso)\b/i;
const GO_ON = new RegExp(`${SIGN_IN_WORDS.source}|sign[\\s-]?up|contin|fortfahren|weiter|doorgaan`, 'i');

/** Waits until a page lets a person sign in. */
export async function waitForAffordance(page: Page, timeout: number): Promise<void> {
  await visible(forms(page).or(contentLinks(page)))
    .first()
    .waitFor({ timeout });
}

/** True for a page that lets a person sign in just now, by more than a link in its header. */
export async function canSignIn(page: Page): Promise<boolean> {
  return (await visible(forms(page).or(contentLinks(page))).count()) > 0;
}

/** How a page lets a person sign in, just now. */
export async function affordanceOf(page: Page): Promise<Affordance | undefined> {
  if ((await visible(forms(page)).count()) > 0) return 'form';
  if ((await visible(contentLinks(page)).count()) > 0) return 'link';
  return (await visible(links(page)).count()) > 0 ? 'header link' : undefined;
}

/** The first control in the content of a page that leads to sign-in. */
export function signInControl(page: Page): Locator {
  return visible(contentLinks(page)).first();
}

function visible(locator: Locator): Locator {
  return locator.filter({ visible: true });
}

function links(page: Page): Locator {
  return page.locator('a, button, [role="button"], [role="link"]').filter({ hasText: SIGN_IN_WORDS });
}

function contentLinks(page: Page): Locator {
  return controls(page).filter({ hasText: SIGN_IN_WORDS });
}

/** Buttons by which a person signs in elsewhere. */
export function providers(page: Page): Locator {
  return controls(page).filter({ hasText: PROVIDER }).filter({ hasText: GO_ON });
}

function forms(page: Page): Locator {
  return page.locator(FORM).or(providers(page));
}

function controls(page: Page): Locator {
  return page.locator(
    ['a', 'button', '[role="button"]', '[role="link"]'].map((control) => control + IN_CONTENT).join(', '),
  );
}
