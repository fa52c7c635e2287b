import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';
import { BASE_PATH } from './lib/base-path';
import shared from './shared/next.config';

const config: NextConfig = {
  ...shared,
  basePath: BASE_PATH,
  turbopack: { root: dirname(fileURLToPath(import.meta.url)) },
};

export default config;
