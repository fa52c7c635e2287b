'use server';

import { auth } from '@clerk/nextjs/server';
import { revalidatePath } from 'next/cache';
import { notes } from '@/lib/notes';

const MAX_LENGTH = 500;

/** How saving ended; an expected end is an answer, so that nothing has to be thrown at the person. */
export type Saved = 'saved' | 'signed-out' | 'invalid';

/** Anybody can call an action, so it asks who calls, as a page does. */
export async function saveNote(text: string): Promise<Saved> {
  const { userId } = await auth();
  if (!userId) return 'signed-out';
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_LENGTH) return 'invalid';
  notes.add(userId, text.trim());
  revalidatePath('/dashboard');
  return 'saved';
}
