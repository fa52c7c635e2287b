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
 * Runs when the session that the page had is gone, because it was revoked or because somebody signed out in another
 * tab; and again on every page that this tab shows afterwards.
 * The script may use `kept`, what the page showed with the session, and `cover(html)`, which shows that and nothing else.
 */
export function whenSessionEnds(how: 'revoked' | 'in another tab', script: string): string {
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
      let here = false;
      let kept = '';
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
        } else if (had && !here && (localStorage.getItem(SIGNED_OUT) === null) === ${how === 'revoked'}) {
          had = false;
          sessionStorage.setItem(ENDED, kept);
          end(kept);
        }
      });`)}
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
