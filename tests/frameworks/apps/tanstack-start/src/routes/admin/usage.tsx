import { createFileRoute } from '@tanstack/react-router';
import { requireUser } from '../../guard.ts';

/** No page links here; the routes of the build name it. */
export const Route = createFileRoute('/admin/usage')({
  beforeLoad: ({ location }) => requireUser({ data: location.href }),
  component: UsagePage,
});

function UsagePage() {
  return (
    <>
      <h1>Usage</h1>
      <p>12 teams, 58 seats.</p>
    </>
  );
}
