import { isHtml, mapText } from '../front/message.ts';
import type { Defect } from './defect.ts';
import { changing } from './tools.ts';

type Apply = Defect['apply'];

/** Runs a script of the app's own at the start of every page, under the nonce that the page's policy asks for. */
export function inPage(script: string): Apply {
  return changing(
    (request) => request.method === 'GET',
    (response) =>
      isHtml(response)
        ? mapText(response, (html) => {
            const nonce = /nonce="([^"]+)"/.exec(html)?.[1];
            const tag = `<script${nonce === undefined ? '' : ` nonce="${nonce}"`}>${script}</script>`;
            return html.replace(/<head[^>]*>/, (head) => `${head}${tag}`);
          })
        : response,
  );
}

/** Runs once Clerk has loaded; `clerk` is Clerk. */
export function onceLoaded(script: string): string {
  return `{
    const timer = setInterval(() => {
      const clerk = window.Clerk;
      if (!clerk?.loaded) return;
      clearInterval(timer);
      ${script}
    }, 20);
  }`;
}

/**
 * Runs when the session that the page had is gone, because it was revoked, because its cookies were cleared, or because
 * somebody signed out in another tab; and again on every page that this tab shows afterwards.
 * The script may use `kept`, what the page showed with the session, and `cover(html)`, which shows that and nothing else.
 */
export function whenSessionEnds(how: 'revoked' | 'cleared' | 'in another tab', script: string): string {
  return `{
    const ENDED = 'demo-session-ended';
    const SIGNED_OUT = 'demo-signed-out';
    const cover = (html) => {
      const style = new CSSStyleSheet();
      style.replaceSync('body > :not(#demo-cover) { display: none !important }');
      document.adoptedStyleSheets = [style];
      document.body.insertAdjacentHTML('beforeend', '<div id="demo-cover">' + html + '</div>');
    };
    const end = (kept) => { ${script} };
    const ended = sessionStorage.getItem(ENDED);
    if (ended !== null) addEventListener('DOMContentLoaded', () => end(ended));
    ${onceLoaded(`
      let had = false;
      // Clerk leaves its own cookies in place when a session ends; once they are back, they no longer tell.
      let cleared = false;
      setInterval(() => { cleared ||= had && !document.cookie.includes('__client_uat'); }, 10);
      let here = false;
      let kept = '';
      const how = () =>
        localStorage.getItem(SIGNED_OUT) !== null ? 'in another tab' : cleared ? 'cleared' : 'revoked';
      const signOut = clerk.signOut;
      clerk.signOut = (...options) => {
        here = true;
        localStorage.setItem(SIGNED_OUT, 'yes');
        return signOut(...options);
      };
      clerk.addListener(({ session }) => {
        if (session) {
          had = true;
          kept = document.querySelector('main')?.innerHTML ?? '';
        } else if (had && !here && how() === '${how}') {
          had = false;
          sessionStorage.setItem(ENDED, kept);
          end(kept);
        }
      });`)}
  }`;
}

/** Sends every form in the content of a page as browsers do by themselves, and to this path. */
export function sendForm(path: string): string {
  return `addEventListener('submit', (event) => {
    if (event.target.closest('main') === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '${path}';
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  }, true);`;
}

/** Runs when a request of the page to the app, other than a \`GET\`, is answered with such a status. */
export function onAnswer(isMeant: string, script: string): string {
  return `{
    const send = window.fetch;
    window.fetch = async (...request) => {
      const response = await send(...request);
      const { status } = response;
      if ((request[1]?.method ?? 'GET') !== 'GET' && response.url.startsWith(location.origin + '/') && (${isMeant})) { ${script} }
      return response;
    };
  }`;
}

/** Shows this and nothing else until Clerk has loaded. */
export function untilLoaded(html: string): string {
  return `{
    const style = new CSSStyleSheet();
    style.replaceSync('body > :not(#demo-wait) { display: none !important }');
    document.adoptedStyleSheets = [style];
    addEventListener('DOMContentLoaded', () => document.body.insertAdjacentHTML('beforeend', '<div id="demo-wait">${html}</div>'));
    ${onceLoaded(`
      document.adoptedStyleSheets = [];
      document.getElementById('demo-wait')?.remove();`)}
  }`;
}
