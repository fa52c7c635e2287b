import adapter from '@sveltejs/adapter-node';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter(),
    files: { assets: 'public' },
    // Gives the scripts of a page a nonce. The whole policy names hosts of the deployment: see src/hooks.server.ts.
    csp: { mode: 'nonce', directives: { 'script-src': ['self'] } },
  },
};
