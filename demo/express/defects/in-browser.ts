import { partsOf } from '../app/app.ts';
import type { Parts } from '../app/app.ts';
import { layout } from '../app/pages.ts';
import type { Show } from '../app/pages.ts';
import type { Settings } from '../app/settings.ts';
import { brokenBy } from './change.ts';

/** Another layout of all pages. */
function shown(change: (show: Show) => Show) {
  return (_parts: Parts, settings: Settings): Parts => partsOf(settings, change(layout(settings)));
}

/** Defects that only a browser meets. */
export const inBrowser = [
  ...brokenBy('environment/sign-in-urls', [
    {
      name: 'express-never-mounts',
      title: 'the sign-in page waits for a script that looks for another element, so no form is ever there',
      parts: shown(
        (show) =>
          (res, { title, main }) =>
            show(res, { title, main }),
      ),
    },
  ]),
  ...brokenBy('headers/csp-violations', [
    {
      name: 'express-inline-script',
      title: 'an inline script without the nonce, which the policy blocks',
      parts: shown(
        (show) => (res, view) =>
          show(res, { ...view, main: `${view.main}<script>document.body.dataset.ready = 'yes'</script>` }),
      ),
    },
  ]),
  ...brokenBy('errors/error-page', [
    {
      name: 'express-bare-error',
      title: "Express's own error page in production: three words, no way on",
      parts: () => ({ failure: [(error, _req, _res, next) => next(error)] }),
    },
  ]),
  ...brokenBy('session/revoked-open-page', [
    {
      name: 'express-session-unwatched',
      title: 'an open page takes no notice when its session is revoked',
      parts: shown(
        (show) => (res, view) => show(res, { ...view, main: view.main.replace('data-private', 'data-page') }),
      ),
    },
  ]),
];
