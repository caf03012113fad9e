import type { LabServer } from '@emberlab/contract';
import { msLeftToWarn, spellLeft } from '@emberlab/web/time-left';

/** What the tab says before the page's title; empty while there is time. */
export function titlePrefix(state: LabServer | null, now: number): string {
  const left = state === null ? null : msLeftToWarn(state, now);
  return left === null ? '' : `${spellLeft(left)} left · `;
}

/** Keeps a prefix in front of a page's title, whatever else writes that. The returned function sets it. */
export function keepTitlePrefix(page: Document): (prefix: string) => void {
  let prefix = '';
  const write = (before: string): void => {
    const { title } = page;
    const bare = before !== '' && title.startsWith(before) ? title.slice(before.length) : title;
    if (title !== prefix + bare) page.title = prefix + bare;
  };
  new MutationObserver(() => write(prefix)).observe(page.head, { childList: true, subtree: true, characterData: true });
  return (next) => {
    const before = prefix;
    prefix = next;
    if (next !== before) write(before);
  };
}
