export { expiredCookie } from './session/expired-cookie.ts';
export { expiredPage } from './session/expired-page.ts';
export { returnAfterSignIn } from './session/return-after-sign-in.ts';
export { revokedOpenPage } from './session/revoked-open-page.ts';
export { signOut } from './session/sign-out.ts';
export { outage } from './session/outage.ts';
