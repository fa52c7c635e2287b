export { expiredCookie } from './session/expired-cookie.ts';
export { expiredPage } from './session/expired-page.ts';
export { returnAfterSignIn } from './session/return-after-sign-in.ts';
