import { createServerFn } from '@tanstack/react-start';
import { projects } from '../shared/projects.ts';
import { signedIn } from './guard.ts';

export const dashboardData = createServerFn()
  .middleware([signedIn])
  .handler(({ context: { userId } }) => ({ heading: 'Your projects', projects: [...projects.of(userId)] }));

export const billingData = createServerFn()
  .middleware([signedIn])
  .handler(() => ({ heading: 'Billing', plan: 'Team plan: 5 seats, renewed every month.' }));
