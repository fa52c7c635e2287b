import { randomBytes } from 'node:crypto';
import { headersOf } from '../../shared/policy.ts';
import { has, settings } from '../settings.ts';

/** What browsers are told about every answer, and the nonce of its policy in the page. */
export default defineNitroPlugin(({ hooks }) => {
  hooks.hook('request', (event) => {
    const nonce = randomBytes(16).toString('base64');
    event.context.nonce = nonce;
    event.context.has = has;
    setResponseHeaders(event, headersOf(settings, nonce));
  });
  hooks.hook('render:html', (html, { event }) => {
    const withNonce = (part: string): string =>
      part.replaceAll(/<(script|link rel="modulepreload")/g, `<$1 nonce="${event.context.nonce}"`);
    html.head = html.head.map(withNonce);
    html.bodyAppend = html.bodyAppend.map(withNonce);
  });
  hooks.hook('render:response', ({ headers }) => {
    delete headers?.['x-powered-by'];
  });
  hooks.hook('beforeResponse', (event) => {
    if (!getResponseHeader(event, 'Cache-Control')) setResponseHeader(event, 'Cache-Control', 'private, no-store');
  });
});
