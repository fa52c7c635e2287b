import type { Page } from '@playwright/test';
import { IN_CONTENT } from '../../browser/affordance.ts';

/** What a control that tries again is called, in the languages that apps with Clerk are mostly written in. */
const RETRY_WORDS =
  /try again|retry|reload|refresh|start over|go back|back to|home|erneut|nochmal|neu laden|zurück|startseite|réessayer|recharger|accueil|reintentar|intentar de nuevo|recargar|inicio|tentar novamente|recarregar|riprova|ricarica|opnieuw|spróbuj ponownie|повторить|再試行|再読み込み|重试|刷新|다시 시도/i;

/** True when the content of a page has a visible button or link to try again, or a way back to a page that works. */
export async function offersRetry(page: Page): Promise<boolean> {
  const controls = ['button', 'a', '[role="button"]', '[role="link"]', 'input[type="submit"]'];
  return page
    .locator(controls.map((control) => `${control}${IN_CONTENT}`).join(', '))
    .filter({ hasText: RETRY_WORDS, visible: true })
    .count()
    .then(
      (found) => found > 0,
      () => false,
    );
}
