/** A mistake in how the command was called, with the fix in its message; ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
