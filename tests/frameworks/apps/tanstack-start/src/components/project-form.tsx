import { useAuth } from '@clerk/tanstack-react-start';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { useRouter } from '@tanstack/react-router';

/** A form whose text outlives the session: it is kept in this tab for this user, until it is saved. */
export function ProjectForm() {
  const { userId, getToken } = useAuth();
  const router = useRouter();
  const key = `project-draft:${userId}`;
  const [draft, setDraft] = useState('');
  const [message, setMessage] = useState('');
  useEffect(() => setDraft(sessionStorage.getItem(key) ?? ''), [key]);

  function keep(text: string): void {
    setDraft(text);
    sessionStorage.setItem(key, text);
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const response = await fetch('/api/projects', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: draft }),
    }).catch(() => undefined);
    if (response?.ok) {
      keep('');
      setMessage('Saved.');
      await router.invalidate();
      return;
    }
    setMessage('Not saved. Your text is kept.');
    // Lets Clerk find out whether the session is over; if so, the page shows its prompt.
    if (response?.status === 401) await getToken({ skipCache: true }).catch(() => null);
  }

  return (
    <form onSubmit={save}>
      <label htmlFor="name">New project</label>
      <input id="name" name="name" value={draft} onChange={(event) => keep(event.target.value)} />
      <button>Save</button>
      <p role="status">{message}</p>
    </form>
  );
}
