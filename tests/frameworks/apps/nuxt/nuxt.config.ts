export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  modules: ['@clerk/nuxt'],
  telemetry: false,
  clerk: {
    // Its options are known when the server starts: see server/middleware/2.clerk.ts.
    skipServerMiddleware: true,
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    signInFallbackRedirectUrl: '/dashboard',
    signUpFallbackRedirectUrl: '/dashboard',
  },
  app: {
    head: {
      title: 'Fernwork',
      htmlAttrs: { lang: 'en' },
      meta: [{ name: 'viewport', content: 'width=device-width' }],
      link: [
        { rel: 'icon', href: '/favicon.ico' },
        { rel: 'stylesheet', href: '/style.css' },
      ],
    },
  },
});
