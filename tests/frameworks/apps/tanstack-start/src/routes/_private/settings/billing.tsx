import { createFileRoute } from '@tanstack/react-router';
import { billingData } from '../../../data.ts';

export const Route = createFileRoute('/_private/settings/billing')({
  head: () => ({ meta: [{ title: 'Plan · Fernwork' }] }),
  loader: () => billingData(),
  component: BillingPage,
});

function BillingPage() {
  const { heading, plan } = Route.useLoaderData();
  return (
    <>
      <h1>{heading}</h1>
      <p>{plan}</p>
    </>
  );
}
