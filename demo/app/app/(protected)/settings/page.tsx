import { redirect } from 'next/navigation';
import { requireViewer } from '@/lib/user';

export default async function SettingsPage() {
  await requireViewer();
  redirect('/settings/billing');
}
