import type { Tab } from '../browser.ts';

/** Something that a page's own enforced policy blocked. */
export interface Violation {
  /** Absolute URL of the document, redacted. */
  readonly page: string;
  /** `img-src`. */
  readonly directive: string;
  /** What was blocked: a URL without its query, or `inline`, `eval`, `data`. */
  readonly blocked: string;
  /** Where it was asked for, as far as the browser says: `https://app.example.com/app.js:12`. */
  readonly source?: string;
}

/** The violations of a tab so far, and the means to wait for what the page has not reported yet. */
export interface ViolationLog {
  readonly violations: readonly Violation[];
  /**
   * Sends a made-up report through the page to here. What was reported before has arrived once it comes back.
   * @returns false when it does not: then nothing was recorded on this page, and no violation proves nothing
   */
  control(): Promise<boolean>;
}

const BINDING = 'readinessViolation';
const CONTROL = 'readiness:control';

/** Milliseconds that a report may take from the page to here. */
const CONTROL_MS = 5_000;

/** Code that browser extensions inject is blocked on the machine of a visitor, not by a mistake of the app. */
const EXTENSION = /^(?:chrome|moz|safari-web|ms-browser)-extension:/i;

/** Runs in every document before its scripts; as text, because what compilers add to functions does not exist there. */
const LISTENER = `if (window === window.top) document.addEventListener('securitypolicyviolation', (event) => {
  window.${BINDING}({
    page: event.documentURI || location.href, directive: event.effectiveDirective, blocked: event.blockedURI,
    disposition: event.disposition, file: event.sourceFile || '', line: event.lineNumber || 0,
  });
});`;

interface Report {
  readonly page: string;
  readonly directive: string;
  readonly blocked: string;
  readonly disposition: string;
  readonly file: string;
  readonly line: number;
}

/** Records what enforced policies block from the next navigation of a tab on; trials (report-only) are left out. */
export async function recordViolations(tab: Tab): Promise<ViolationLog> {
  const { page } = tab;
  const violations: Violation[] = [];
  let onControl = (): void => {};
  await page.exposeFunction(BINDING, (report: Report) => {
    if (report.blocked === CONTROL) return onControl();
    const enforced = report.disposition !== 'report';
    if (enforced && !EXTENSION.test(report.blocked) && !EXTENSION.test(report.file))
      violations.push(recorded(report, tab));
  });
  await page.addInitScript(LISTENER);
  return {
    violations,
    control: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), CONTROL_MS);
        const end = (arrived: boolean): void => {
          clearTimeout(timer);
          resolve(arrived);
        };
        onControl = () => end(true);
        page.evaluate(sendControl, CONTROL).catch(() => end(false));
      }),
  };
}

/** Runs in the page. */
function sendControl(blockedURI: string): void {
  document.dispatchEvent(
    new SecurityPolicyViolationEvent('securitypolicyviolation', {
      documentURI: location.href,
      blockedURI,
      effectiveDirective: 'control',
      violatedDirective: 'control',
      originalPolicy: 'control',
      disposition: 'enforce',
      statusCode: 200,
    }),
  );
}

function recorded({ page, directive, blocked, file, line }: Report, tab: Tab): Violation {
  return {
    page: tab.redact(page),
    directive,
    blocked: tab.redact(withoutQuery(blocked)),
    ...(file !== '' && { source: `${tab.redact(withoutQuery(file))}${line > 0 ? `:${line}` : ''}` }),
  };
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? url;
}
