import { catalogEntry } from '../../catalog.ts';
import type { CheckResult, Finding } from '../../result.ts';
import type { HeaderList } from '../../target/exchange.ts';
import { count } from '../../text.ts';
import { isUnselected, safeUrl } from '../digest.ts';
import { badge } from './icon.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';

/** Findings of one check on the page; the rest is counted and stands in report.json. */
const MAX_FINDINGS = 20;

/** One check of the checklist: its state at a glance, and folded what it rests on. */
export function checkItem(check: CheckResult, open: boolean): Markup {
  const { id, title, severity, status, reason, findings } = check;
  const rest = findings.length - MAX_FINDINGS;
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  return markup`<li data-status="${status}"${isUnselected(check) && markup` class="unselected"`}><details${open && markup` open`}>
<summary class="fold">${badge(status)}<div class="what"><h4>${title}</h4><p>${reason}</p></div><span class="severity ${severity}">${warnings > 0 && `${count(warnings, 'warning')}, `}${severity}</span></summary>
<div class="body" id="${anchor(id)}">
${findings.slice(0, MAX_FINDINGS).map((finding) => findingBlock(finding))}
${rest > 0 && markup`<p class="soft">… and ${rest} more in report.json</p>`}
${meta(check)}
</div></details></li>
`;
}

/** Where a check stands on the page. */
export function anchor(id: string): string {
  return `check-${id}`;
}

/** Link to a check on the page. */
export function checkLink({ id, title }: Pick<CheckResult, 'id' | 'title'>): Markup {
  return markup`<a href="#${encodeURIComponent(anchor(id))}">${title}</a>`;
}

/** Text that is a link when it is an address. */
export function linked(text: string): Markup {
  const url = safeUrl(text);
  return url === undefined ? markup`${text}` : markup`<a href="${url}" rel="noreferrer noopener">${text}</a>`;
}

function findingBlock({
  level,
  subject,
  message,
  expected,
  cause,
  fix,
  docs,
  request,
  response,
  curl,
}: Finding): Markup {
  return markup`<article class="finding ${level === 'error' ? 'fail' : 'waived'}">
<h5>${level === 'warning' && 'Warning: '}${subject}</h5>
<p>${message}</p>
${definitions([
  ['Expected', expected],
  ['Cause', cause],
  ['Fix', fix],
  ['Docs', docs],
])}
${curl !== undefined && markup`<div class="curl"><pre><code>${curl}</code></pre></div>`}
${
  request &&
  markup`<details class="evidence"><summary class="fold">${request.method} ${request.url}${response && markup` → ${response.status}`}</summary><div>
<pre>${request.method} ${request.url}${headerLines(request.headers)}${request.body !== undefined && `\n\n${request.body}`}</pre>
${response && markup`<pre>${response.status}${headerLines(response.headers)}${response.bodyExcerpt !== '' && `\n\n${response.bodyExcerpt}`}</pre>`}
</div></details>`
}
</article>
`;
}

function meta({ id, row, requests, durationMs }: CheckResult): Markup {
  const entry = catalogEntry(id);
  return definitions(
    [
      ['Why', entry?.why],
      ['Check', `${id}${row.startsWith('(') ? '' : `, “${row}” of Clerk’s checklist`}`],
      [
        'Cost',
        requests > 0 || durationMs > 0 ? `${requests} requests, ${(durationMs / 1000).toFixed(1)} s` : undefined,
      ],
      ['Docs', entry?.docs],
    ],
    'meta',
  );
}

function definitions(rows: ReadonlyArray<readonly [term: string, text: string | undefined]>, name?: string): Markup {
  const told = rows.flatMap(([term, text]) =>
    text ? [markup`<div${term === 'Fix' && markup` class="do"`}><dt>${term}</dt><dd>${linked(text)}</dd></div>`] : [],
  );
  return markup`<dl${name !== undefined && markup` class="${name}"`}>${told}</dl>`;
}

function headerLines(headers: HeaderList): string {
  return headers.map(([name, value]) => `\n${name}: ${value}`).join('');
}
