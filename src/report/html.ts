import { createHash } from 'node:crypto';
import { ICONS } from './html/icon.ts';
import { Markup, markup } from './html/markup.ts';
import { SCRIPT } from './html/script.ts';
import { changes, checklist, counts, cover, dated, fixes, navigation } from './html/sections.ts';
import { STYLE } from './html/style.ts';
import type { Report } from './report.ts';

/**
 * The scorecard: one page that needs no network and no scripts. Its policy allows its own style and script, by their hashes,
 * so that no text of a target could run or load anything, even if it were markup.
 */
export function html(report: Report): string {
  const { verdict, target, tool } = report;
  const policy = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${verdict}: ${target.baseURL ?? target.name} · clerk-readiness</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#checklist">Skip to the checklist</a>
${ICONS}
${cover(report)}
<div class="wrap page">
${navigation(report)}
<main>
${counts(report)}
${changes(report)}
${fixes(report)}
${checklist(report)}
${dated(report)}
</main>
</div>
<footer class="end"><div class="wrap">Written by ${tool.name} ${tool.version}. Secrets are redacted. report.json, beside this page, says the same to machines.</div></footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

function hash(source: string): string {
  return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
}
