'use client';

import { useAuth } from '@clerk/nextjs';
import { useActionState, useEffect, useState } from 'react';
import { saveNote } from '@/app/(protected)/dashboard/actions';
import type { Saved } from '@/app/(protected)/dashboard/actions';

const MESSAGES: Readonly<Record<Saved | 'failed', string>> = {
  saved: 'Saved.',
  invalid: 'A note has 1 to 500 characters.',
  'signed-out': 'Not saved: your session has expired. Your text is kept.',
  failed: 'Not saved. Your text is kept; please try again.',
};

/**
 * A form whose text outlives the session: what is typed is kept in this tab for this user, until it is saved.
 * Nobody else who signs in here is shown it.
 */
export function NoteForm() {
  const { userId, getToken } = useAuth();
  const key = `note-draft:${userId}`;
  const [draft, setDraft] = useState('');
  // The server renders the form without a draft, so it is put in afterwards.
  useEffect(() => setDraft(sessionStorage.getItem(key) ?? ''), [key]);

  function keep(text: string): void {
    setDraft(text);
    sessionStorage.setItem(key, text);
  }

  const [ended, save, isSaving] = useActionState(async (): Promise<Saved | 'failed'> => {
    // The guard before the page turns a call without a session away with an answer that is no action's.
    const saved = await saveNote(draft).catch(() => 'failed' as const);
    if (saved === 'saved') keep('');
    // Lets Clerk find out whether the session is over; if so, the page shows its prompt.
    else if (saved !== 'invalid') await getToken({ skipCache: true }).catch(() => null);
    return saved;
  }, undefined);

  return (
    <form action={save} className="card">
      <label htmlFor="note">Note for the team</label>
      <textarea id="note" name="note" rows={3} value={draft} onChange={(event) => keep(event.target.value)} />
      <button className="button" disabled={isSaving}>
        Save
      </button>
      <p role="status">{ended && MESSAGES[ended]}</p>
    </form>
  );
}
