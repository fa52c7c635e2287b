import type { Metadata } from 'next';
import { requireViewer } from '@/lib/user';

export const metadata: Metadata = { title: 'Billing' };

export default async function BillingPage() {
  const viewer = await requireViewer();
  return (
    <>
      <h1>Billing</h1>
      <p>Invoices go to {viewer.email}.</p>
      <section className="card">
        <h2>Team plan</h2>
        <p>5 seats, renewed every month.</p>
      </section>
    </>
  );
}
