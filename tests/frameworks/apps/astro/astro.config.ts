import node from '@astrojs/node';
import clerk from '@clerk/astro';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [clerk({ signInUrl: '/sign-in', signUpUrl: '/sign-up' })],
  // The proxy in front says by which name and protocol users come.
  security: { allowedDomains: [{ hostname: '127.0.0.1', protocol: 'https' }] },
  devToolbar: { enabled: false },
});
