import { useLoaderData } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { pageUser } from '../guard.ts';
import { has } from '../settings.ts';

export const meta = () => [{ title: 'Plan · Fernwork' }];

export async function loader(args: LoaderFunctionArgs) {
  if (has('guard-in-each-loader')) await pageUser(args);
  return { heading: 'Billing', plan: 'Team plan: 5 seats, renewed every month.' };
}

export default function BillingPage() {
  const { heading, plan } = useLoaderData<typeof loader>();
  return (
    <>
      <h1>{heading}</h1>
      <p>{plan}</p>
    </>
  );
}
