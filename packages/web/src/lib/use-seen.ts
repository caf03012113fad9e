import { useEffect, useState } from 'react';

const isVisible = (): boolean => document.visibilityState === 'visible';

/** Whether the page has been in front of somebody at some time: not in a tab behind the others, nor when the browser has loaded it ahead. */
export function useSeen(): boolean {
  const [seen, setSeen] = useState(isVisible);
  useEffect(() => {
    if (seen) return undefined;
    const look = (): void => setSeen(isVisible);
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [seen]);
  return seen;
}
