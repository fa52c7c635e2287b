import { BASE_PATH } from './base-path';

/** Address of the sign-in page that leads back to a page, given by its path as the router knows it. */
export function signInTo(path: string): string {
  return `${BASE_PATH}/sign-in?redirect_url=${encodeURIComponent(BASE_PATH + path)}`;
}
