/**
 * A mistake in the options or the environment, with the field and the fix in its message.
 * It carries no stack: the place that matters is the user's configuration, not ours.
 */
export class ReadinessConfigError extends Error {
  override readonly name = 'ReadinessConfigError';

  constructor(message: string) {
    super(message);
    this.stack = `${this.name}: ${message}`;
  }

  /** Playwright prints what a configuration file throws as it is; without this, in brackets. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.name}: ${this.message}`;
  }
}
