import type { CatalogEntry } from './entry.ts';

export const exposure = [
  {
    id: 'exposure/dotfiles',
    title: 'No dotfile, repository or backup is served',
    row: '.env files are never exposed',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A served .env file hands over the Clerk secret key and with it every user.',
    fix: 'Serve a build output folder only, deny dotfiles at the web server, then rotate every key that was exposed.',
    docs: 'https://owasp.org/www-project-web-security-testing-guide/',
  },
] as const satisfies readonly CatalogEntry[];
