import { createReadStream, existsSync, readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** Paths of Clerk's script host. Of a version the major counts: pages ask for that only, or for the release that their SDK knows. */
const SCRIPT_PATH = /^\/npm\/@clerk\/((?:clerk-js|ui)@\d+)[^/]*\/(dist\/[\w.@-]+(?:\/[\w.@-]+)*)$/;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'application/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
};

/** Serves the browser scripts of clerk-js and ui from unpacked npm packages. Returns false when the path is none of its. */
export function serveScript(packagesFolder: string, path: string, response: ServerResponse): boolean {
  const [, major, file] = SCRIPT_PATH.exec(path) ?? [];
  if (major === undefined || file === undefined) return false;
  const location = scriptFile(packagesFolder, major, file);
  if (file.includes('..') || !existsSync(location)) {
    response.writeHead(404, { 'access-control-allow-origin': '*' }).end();
    return true;
  }
  response.writeHead(200, {
    'access-control-allow-origin': '*',
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': 'public, max-age=600',
  });
  createReadStream(location).pipe(response);
  return true;
}

/** Where a file of an unpacked package lies, of which the major version is known, as `ui@1`. */
export function scriptFile(packagesFolder: string, major: string, file: string): string {
  const release = readdirSync(packagesFolder).find((folder) => folder.startsWith(`${major}.`)) ?? major;
  return join(packagesFolder, release, file);
}
