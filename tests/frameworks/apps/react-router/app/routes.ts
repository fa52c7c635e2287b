import { index, layout, prefix, route } from '@react-router/dev/routes';
import type { RouteConfig } from '@react-router/dev/routes';

export default [
  index('routes/home.tsx'),
  route('pricing', 'routes/pricing.tsx'),
  route('sign-in/*', 'routes/sign-in.tsx'),
  route('sign-up/*', 'routes/sign-up.tsx'),
  route('login', 'routes/login.ts'),
  layout('routes/private.tsx', [
    route('dashboard', 'routes/dashboard.tsx'),
    ...prefix('settings', [index('routes/settings.tsx'), route('billing', 'routes/billing.tsx')]),
  ]),
  route('admin/usage', 'routes/usage.tsx'),
  route('crash', 'routes/crash.tsx'),
  route('api', 'routes/api.ts', [
    route('health', 'routes/api-health.ts'),
    route('webhooks/clerk', 'routes/api-webhook.ts'),
    route('contact', 'routes/api-contact.ts'),
    route('me', 'routes/api-me.ts'),
    route('projects', 'routes/api-projects.ts'),
    route('*', 'routes/api-not-found.ts'),
  ]),
  route('robots.txt', 'routes/robots.ts'),
  route('*', 'routes/not-found.tsx'),
] satisfies RouteConfig;
