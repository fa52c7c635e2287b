import type { CheckResult, Status } from '../../result.ts';
import {
  areaTitle,
  byArea,
  changeGroups,
  changeTally,
  day,
  failing,
  instance,
  moment,
  STATUS_WORDS,
} from '../digest.ts';
import type { Change } from '../compare.ts';
import type { Report } from '../report.ts';
import { checkItem, checkLink, linked } from './check.ts';
import { icon, VERDICT_STATUS } from './icon.ts';
import { Markup, markup } from './markup.ts';

/** Failing checks that are unfolded from the start. */
const MAX_OPEN = 3;

/** Checks that a list before the checklist names; the others are folded. */
const MAX_NAMED = 10;

const STATUSES = Object.keys(STATUS_WORDS) as Status[];

/** The verdict and what it is about. */
export function cover(report: Report): Markup {
  const { tool, target, verdict, verdictReason, startedAt, durationMs, requests } = report;
  const status = VERDICT_STATUS[verdict];
  const facts = [
    ['Profile', `${target.profile}, ${target.mode}`],
    ['Clerk instance', instance(target)],
    ['Run', `${requests} requests in ${(durationMs / 1000).toFixed(1)} s`],
    ...(target.name === 'readiness' ? [] : [['Target', target.name]]),
  ];
  return markup`<header class="cover ${status}"><div class="wrap">
<p class="kicker"><span><b>Production readiness</b> · ${tool.name} ${tool.version}</span><time datetime="${startedAt}">${moment(startedAt)}</time></p>
<h1>${icon(status)}${verdict} <span>for ${target.profile}</span></h1>
<p class="target">${target.baseURL === undefined ? 'No target was named' : linked(target.baseURL)}</p>
<p class="reason">${verdictReason}</p>
<dl class="facts">${facts.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
</div></header>
`;
}

/** How many checks ended how. */
export function counts({ counts: byStatus, checks }: Report): Markup {
  const present = STATUSES.filter((status) => byStatus[status] > 0);
  let from = 0;
  const bars = present.map((status) => {
    const start = from;
    from += byStatus[status];
    return markup`<rect class="${status}" x="${start}" width="${byStatus[status] - (status === present.at(-1) ? 0 : checks.length / 400)}" height="1"/>`;
  });
  return markup`<section aria-labelledby="counts"><h2 id="counts">${checks.length} checks</h2>
<svg class="bar" viewBox="0 0 ${checks.length} 1" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<ul class="counts">${STATUSES.map((status) => markup`<li class="${status}${byStatus[status] === 0 && ' zero'}"><b>${byStatus[status]}</b><span>${icon(status)}${STATUS_WORDS[status]}</span></li>`)}</ul></section>
`;
}

/** What changed since the report that was compared with. */
export function changes({ comparison }: Report): Markup | undefined {
  if (!comparison) return undefined;
  const { previous } = comparison;
  const accents = {
    regressions: 'fail',
    new: 'fail',
    lost: 'not-verified',
    stillFailing: 'waived',
    gone: 'not-verified',
    fixed: 'pass',
  } as const;
  const groups = changeGroups(comparison).map(({ key, words, changes: members }) => {
    const accent = accents[key];
    const items = list('ul', members.map(changeItem));
    const title = markup`${icon(accent)}${words} (${members.length})`;
    return key === 'regressions' || key === 'new' || key === 'lost'
      ? markup`<div><h3 class="${accent}">${title}</h3>${items}</div>`
      : markup`<details><summary class="fold ${accent}">${title}</summary>${items}</details>`;
  });
  return markup`<section aria-labelledby="changes"><div><h2 id="changes">Since the previous report</h2>
<p class="soft">${moment(previous.startedAt)}, ${previous.verdict}: ${changeTally(comparison)}</p></div>
${groups.length > 0 && markup`<div class="card changes">${groups}</div>`}</section>
`;
}

/** The failing checks, worst first, with what to do about each. */
export function fixes(report: Report): Markup | undefined {
  const failed = failing(report);
  if (failed.length === 0) return undefined;
  const regressed = new Set(report.comparison?.regressions.map(({ id }) => id));
  const items = failed.map((check) => {
    const fix = check.findings.find(({ level }) => level === 'error')?.fix;
    return markup`<li class="fix">${checkLink(check)}<span class="severity ${check.severity}">${regressed.has(check.id) && 'regression, '}${check.severity}</span><p class="soft small">${fix ?? check.reason}</p></li>`;
  });
  return markup`<section aria-labelledby="fixes"><h2 id="fixes">Fix first</h2>
<div class="card fixes">${list('ol', items)}</div></section>
`;
}

/** A list of which more than some are folded. */
function list(kind: 'ul' | 'ol', items: readonly Markup[]): Markup {
  const tag = new Markup(kind);
  const rest = items.slice(MAX_NAMED);
  return markup`<${tag}>${items.slice(0, MAX_NAMED)}</${tag}>${rest.length > 0 && markup`<details class="rest"><summary class="fold">${rest.length} more</summary><${tag}>${rest}</${tag}></details>`}`;
}

function changeItem(change: Change): Markup {
  const { title, from, to } = change;
  return markup`<li>${to === undefined ? title : checkLink(change)} <span class="soft small">${from && `${STATUS_WORDS[from]} → `}${to ? STATUS_WORDS[to] : 'not in this report'}</span></li>`;
}

/** Every check by area, with filters where scripts run. */
export function checklist({ checks, counts: byStatus }: Report): Markup {
  const open = byStatus.fail <= MAX_OPEN;
  return markup`<section aria-labelledby="checklist"><h2 id="checklist">Checklist</h2>
<form class="card tools" id="filters" role="search" aria-label="Filter the checklist" hidden>
<fieldset><legend>Show</legend>${chip('', `All ${checks.length}`)}${STATUSES.filter((status) => byStatus[status] > 0).map((status) => chip(status, markup`${icon(status)}${STATUS_WORDS[status]} ${byStatus[status]}`))}</fieldset>
<div class="row"><label class="text">Search<input type="search" name="text" autocomplete="off" spellcheck="false"></label><button type="button" data-fold="open">Unfold all</button><button type="button" data-fold="close">Fold all</button></div>
<output class="soft small" id="shown" aria-live="polite"></output>
</form>
${byArea(checks).map(
  ([
    area,
    members,
  ]) => markup`<section class="area" aria-labelledby="${areaAnchor(area)}"><header><h3 id="${areaAnchor(area)}">${areaTitle(area)}</h3><p class="soft small">${tally(members)}</p></header>
<ul class="card checks">${members.map((check) => checkItem(check, open && check.status === 'fail'))}</ul></section>
`,
)}</section>
`;
}

/** Waivers and attestations with their dates. */
export function dated({ checks, startedAt }: Report): Markup | undefined {
  const items = checks.flatMap((check) => {
    const { waiver, attestation } = check;
    return [
      ...(waiver
        ? [
            markup`<li class="dated"><b>${checkLink(check)}</b><p>Waived: ${waiver.reason}</p><p class="soft small">${WAIVER_STATES[waiver.state]} ${day(waiver.until)}${waiver.state === 'active' && daysLeft(waiver.until, startedAt)}${waiver.state === 'removable' && '. The check passes: remove the waiver.'}</p></li>`,
          ]
        : []),
      ...(attestation
        ? [
            markup`<li class="dated"><b>${checkLink(check)}</b><p>Attested: ${linked(attestation.evidence)}</p><p class="soft small">By ${attestation.by} on ${day(attestation.on)}${attestation.until !== undefined && `, ${attestation.state === 'expired' ? 'expired after' : 'holds until'} ${day(attestation.until)}`}</p></li>`,
          ]
        : []),
    ];
  });
  if (items.length === 0) return undefined;
  return markup`<section aria-labelledby="dated"><h2 id="dated">Waivers and attestations</h2><ul class="card list">${items}</ul></section>
`;
}

/** The way through the page, on wide screens. */
export function navigation(report: Report): Markup {
  const areas = byArea(report.checks).map(([area, members]) => {
    const failed = members.filter(({ status }) => status === 'fail').length;
    return markup`<li><a href="#${encodeURIComponent(areaAnchor(area))}">${areaTitle(area)}${failed > 0 && markup`<span class="fail">${icon('fail')}${failed} fail</span>`}</a></li>`;
  });
  return markup`<nav aria-label="Sections"><ul>
<li><a href="#counts">Counts</a></li>
${report.comparison && markup`<li><a href="#changes">Changes</a></li>`}
${report.counts.fail > 0 && markup`<li><a href="#fixes">Fix first</a></li>`}
<li><a href="#checklist">Checklist</a><ul>${areas}</ul></li>
${dated(report) && markup`<li><a href="#dated">Waivers</a></li>`}
</ul></nav>
`;
}

const WAIVER_STATES = { active: 'Until', expired: 'Expired after', removable: 'Until' } as const;

function chip(value: string, words: string | Markup): Markup {
  return markup`<label class="chip ${value}"><input type="radio" name="status" value="${value}"${value === '' && markup` checked`}>${words}</label>`;
}

function areaAnchor(area: string): string {
  return `area-${area}`;
}

/** `1 fail, 4 pass`. */
function tally(checks: readonly CheckResult[]): string {
  return STATUSES.flatMap((status) => {
    const { length } = checks.filter((check) => check.status === status);
    return length > 0 ? [`${length} ${STATUS_WORDS[status].toLowerCase()}`] : [];
  }).join(', ');
}

/** `, 12 days left`, counted from the day of the run. */
function daysLeft(until: string, startedAt: string): string {
  const days = Math.round((Date.parse(until) - Date.parse(startedAt.slice(0, 10))) / 86_400_000);
  return `, ${days === 0 ? 'the last day' : days === 1 ? '1 day left' : `${days} days left`}`;
}
