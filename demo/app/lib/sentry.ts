import { getDefaultIntegrations, init, setUser } from '@sentry/browser';

/** Sends an envelope for every visit, although nothing went wrong. */
const SESSIONS = 'BrowserSession';

let started = false;

/** Reports uncaught errors of the browser to Sentry, each with the id of the signed-in user and nothing else of them. */
export function reportErrors(dsn: string, userId: string | null | undefined): void {
  if (!started) {
    init({
      dsn,
      defaultIntegrations: getDefaultIntegrations({}).filter(({ name }) => name !== SESSIONS),
      dataCollection: { userInfo: false },
      sendClientReports: false,
    });
    started = true;
  }
  setUser(userId ? { id: userId } : null);
}
