import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { baseOf, elements } from '../html.ts';
import { unique } from './links.ts';
import { nextFolder } from './next-routes.ts';

/** Folders of builds; a script in one is the app's own on whatever host it stands. */
export const BUILD_FOLDERS = /\/(?:_next\/static|_nuxt|_astro|_app\/immutable)\//;

/** A chunk with its folder: `static/chunks/x.js`, `/_next/static/chunks/x.js`, `assets/x-Ab12.js`. */
const CHUNK_NAME = /["'`]((?:https?:\/\/[^"'`\\\s/]+)?\/?(?:[\w@.%~()[\]+-]+\/)+[\w@.%~()[\]+-]+\.m?js)\\?["'`]/g;

/** A module that another one imports; any other `./x.js` is mostly an entry of a table and no file. */
const IMPORTED = /\b(?:import|from)\s*(?:\(\s*)?["'`](\.{1,2}\/[^"'`\\\s]+\.m?js)["'`]/g;

/** A worker that a script starts, or settings that it fetches, by their address on the site. */
const STARTED = /\b(?:Worker|register|importScripts|fetch|get)\(\s*["'`](\/[^"'`\\\s]{1,500}\.(?:m?js|json))["'`]/g;

/** An object of chunk ids in a webpack runtime: `{12:"abc",34:"def"}`. */
const MAP = String.raw`\(?\{((?:"?[\w-]+"?:"[^"]*",?)+)\}\)?`;

/** How a webpack runtime puts a chunk's file name together. */
const CHUNK_MAP = new RegExp(
  String.raw`"([\w./-]*)"\+\(?(?:${MAP}\[\w+\]\|\|)?\w+\)?\+"([.-])"\+${MAP}\[\w+\]\+"([\w.-]*\.js)"`,
  'g',
);

/** URLs of the app's own scripts that a page loads or names. */
export function scriptsOfPage(page: Exchange, origin: string): string[] {
  const named = elements(page).flatMap(({ tag, attributes, text }) => {
    if (attributes['type'] === 'importmap') return chunkNames(text);
    if (tag === 'script') return attributes['src'] ?? [];
    const preload = attributes['rel'] === 'modulepreload' || attributes['as'] === 'script';
    return tag === 'link' && preload ? (attributes['href'] ?? []) : [];
  });
  const base = baseOf(page);
  // Text of a page names chunks of builds, but also files in code samples.
  const inText = chunkNames(body(page)).filter((name) => name.startsWith('static/chunks/') || BUILD_FOLDERS.test(name));
  // Next names chunks from its own folder on.
  const folder = nextFolder(page) ?? new URL('/_next/', base).href;
  return own(
    [
      ...named.flatMap((src) => absolute(src, base)),
      ...inText.flatMap((name) => absolute(name, BUILD_FOLDERS.test(name) ? base : folder)),
    ],
    origin,
  );
}

/** URLs of the chunks that a script names: by name, or by the map of a webpack runtime. */
export function scriptsOfScript(script: Exchange, origin: string): string[] {
  const base = script.request.url;
  const text = body(script);
  const names = [...chunkNames(text), ...mappedChunks(text)];
  const imported = [...text.matchAll(IMPORTED), ...text.matchAll(STARTED)].flatMap(([, name = '']) =>
    absolute(name, base),
  );
  return own([...imported, ...names.flatMap((name) => chunkUrl(name, base))], origin);
}

function chunkNames(text: string): string[] {
  return [...text.matchAll(CHUNK_NAME)].map((match) => match[1] ?? '');
}

function mappedChunks(text: string): string[] {
  return [...text.matchAll(CHUNK_MAP)].flatMap(([, prefix = '', names, separator = '', hashes = '', end = '']) => {
    const nameOf = new Map(entries(names ?? ''));
    return entries(hashes).map(([id, hash]) => `${prefix}${nameOf.get(id) ?? id}${separator}${hash}${end}`);
  });
}

function entries(map: string): Array<readonly [id: string, value: string]> {
  return [...map.matchAll(/"?([\w-]+)"?:"([^"]*)"/g)].map(([, id = '', value = '']) => [id, value] as const);
}

/** Where a chunk stands that is named in text: in the folder of the build that the text itself comes from. */
function chunkUrl(name: string, base: string): string[] {
  if (BUILD_FOLDERS.test(name)) return absolute(name, base);
  if (/^https?:/.test(name)) return [];
  const { origin, pathname } = new URL(base);
  const bare = name.replace(/^\//, '');
  const at = pathname.indexOf(`/${bare.slice(0, bare.indexOf('/'))}/`);
  return at !== -1 && bare.includes('/') ? [`${origin}${pathname.slice(0, at)}/${bare}`] : [];
}

function absolute(url: string, base: string): string[] {
  return URL.canParse(url, base) ? [new URL(url, base).href] : [];
}

function own(urls: readonly string[], origin: string): string[] {
  return unique(urls.map((url) => url.replace(/#.*$/, ''))).filter((url) => {
    const { origin: at, pathname, protocol } = new URL(url);
    return /^https?:$/.test(protocol) && (at === origin || BUILD_FOLDERS.test(pathname));
  });
}
