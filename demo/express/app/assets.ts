import { join } from 'node:path';
import express, { Router } from 'express';
import { PUBLIC_FOLDER, withoutHash } from './files.ts';

/** They stand before everything that asks who the visitor is. */
export function assets(cache = { immutable: true, maxAge: '1y' }): Router {
  const files = Router();
  files.use('/assets', (req, _res, next) => {
    req.url = withoutHash(req.url);
    next();
  });
  files.use('/assets', express.static(PUBLIC_FOLDER, { ...cache, index: false }));
  files.get('/favicon.ico', (_req, res) => res.sendFile(join(PUBLIC_FOLDER, 'favicon.ico'), { maxAge: '1d' }));
  return files;
}
