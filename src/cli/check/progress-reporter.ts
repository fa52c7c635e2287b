import type { FullConfig, Reporter, Suite, TestCase } from '@playwright/test/reporter';

/** How far the run has come, for the process that started it. */
export interface ProgressMessage {
  readonly done: number;
  readonly total: number;
  readonly title: string;
}

/** Tells the parent process what is running; Playwright's own output is a pipe there, and no terminal. */
export default class ProgressReporter implements Reporter {
  #total = 0;
  #done = 0;

  printsToStdio(): boolean {
    return false;
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#total = suite.allTests().length;
    // A parent that was killed sends no signal.
    process.once('disconnect', () => process.kill(process.pid, 'SIGINT'));
  }

  onTestBegin({ title }: TestCase): void {
    this.#done += 1;
    const message: ProgressMessage = { done: Math.min(this.#done, this.#total), total: this.#total, title };
    if (process.connected) process.send?.(message);
  }

  onEnd(): void {
    process.removeAllListeners('disconnect');
    // An open channel keeps the process from ending.
    process.channel?.unref();
  }
}
