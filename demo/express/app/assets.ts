import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

const FOLDER = join(import.meta.dirname, 'public');

const addresses = new Map(
  readdirSync(FOLDER).map((name) => [name, `/assets/${name.replace('.', `-${hashOf(name)}.`)}`]),
);

/** The address of a file, with the hash of what it holds, so that browsers may keep it for ever. */
export function asset(name: string): string {
  return addresses.get(name) ?? `/assets/${name}`;
}

/** Files that are the same for everybody; they stand before everything that asks who the visitor is. */
export function assets(cache = { immutable: true, maxAge: '1y' }): Router {
  const files = Router();
  files.use('/assets', (req, _res, next) => {
    req.url = req.url.replace(/-[0-9a-f]{8}(?=\.\w+$)/, '');
    next();
  });
  files.use('/assets', express.static(FOLDER, { ...cache, index: false }));
  files.get('/favicon.ico', (_req, res) => res.sendFile(join(FOLDER, 'favicon.ico'), { maxAge: '1d' }));
  return files;
}

function hashOf(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(FOLDER, name)))
    .digest('hex')
    .slice(0, 8);
}
