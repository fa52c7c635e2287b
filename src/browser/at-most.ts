import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for what a page promised, but no longer than so many milliseconds: Clerk's promises never settle where they
 * wait for the app's router and that goes nowhere.
 */
export async function atMost(milliseconds: number, promised: Promise<unknown>): Promise<void> {
  await Promise.race([promised, delay(milliseconds, undefined, { ref: false })]);
}
