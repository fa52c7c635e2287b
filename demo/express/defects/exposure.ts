import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClerkClient, getAuth } from '@clerk/express';
import express, { Router } from 'express';
import type { RequestHandler } from 'express';
import { CACHE_FOLDER } from '../../paths.ts';
import { partsOf } from '../app/app.ts';
import { layout } from '../app/pages.ts';
import type { Show } from '../app/pages.ts';
import type { Settings } from '../app/settings.ts';
import { brokenBy } from './change.ts';

/** A folder as it lies on a server, with a file that nobody meant to serve. */
function deployedFolder({ secretKey }: Settings): string {
  const folder = join(CACHE_FOLDER, 'express-deployed');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.env'), `CLERK_SECRET_KEY=${secretKey}\nNODE_ENV=production\n`);
  return folder;
}

export const exposure = [
  ...brokenBy('exposure/dotfiles', [
    {
      name: 'express-static-dotfiles',
      title: "express.static('.', { dotfiles: 'allow' }) serves .env",
      parts: (parts, settings) => ({
        assets: [...parts.assets, express.static(deployedFolder(settings), { dotfiles: 'allow' })],
      }),
    },
  ]),
  ...brokenBy('exposure/secrets-in-client', [
    {
      name: 'express-env-inline',
      title: 'all settings are written into every page for the script to read',
      parts: (_parts, settings) => {
        const show = layout(settings);
        const env = `<template id="env">${JSON.stringify(settings)}</template>`;
        const talkative: Show = (res, view) => show(res, { ...view, main: view.main + env });
        return partsOf(settings, talkative);
      },
    },
  ]),
  ...brokenBy('exposure/user-object', [
    {
      name: 'express-me-whole-user',
      title: '/api/me answers with the user as the Backend API gave it',
      parts: (parts, { secretKey, apiUrl }) => {
        const clerk = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });
        return {
          userApi: [
            ...parts.userApi.slice(0, 1),
            Router().get(
              '/me',
              (req, res, next) =>
                void clerk.users.getUser(getAuth(req).userId ?? '').then((user) => res.json(user), next),
            ),
            ...parts.userApi.slice(1),
          ],
        };
      },
    },
  ]),
  ...brokenBy('abuse/rate-limit', [
    {
      name: 'express-no-limit',
      title: 'nothing limits POST /api/contact',
      parts: (parts) => ({ contact: parts.contact.slice(1) }),
    },
    {
      name: 'express-limit-no-retry-after',
      title: '429 without Retry-After, as a limiter with its headers switched off',
      parts: (parts) => {
        let count = 0;
        const limit: RequestHandler = (_req, res, next) =>
          (count += 1) > 20 ? void res.status(429).json({ error: 'too_many_requests' }) : next();
        return { contact: [limit, ...parts.contact.slice(1)] };
      },
    },
  ]),
];
