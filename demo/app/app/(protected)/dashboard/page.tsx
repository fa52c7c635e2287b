import type { Metadata } from 'next';
import { NoteForm } from '@/components/note-form';
import { notes } from '@/lib/notes';
import { requireViewer } from '@/lib/user';

export const metadata: Metadata = { title: 'Dashboard' };

export default async function DashboardPage() {
  const viewer = await requireViewer();
  return (
    <>
      <h1>Your projects</h1>
      <p>
        Welcome, {viewer.firstName} ({viewer.email}).
      </p>
      <ul className="cards">
        <li className="card">
          <h2>Garden plan</h2>
          <p>3 open tasks</p>
        </li>
        <li className="card">
          <h2>Spring newsletter</h2>
          <p>1 open task</p>
        </li>
      </ul>
      <h2>Notes</h2>
      <ul>
        {notes.of(viewer.id).map((note, index) => (
          <li key={index}>{note}</li>
        ))}
      </ul>
      <NoteForm />
    </>
  );
}
