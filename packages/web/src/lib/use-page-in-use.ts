import { useEffect, useState } from 'react';

const graceMs = 30_000;

/** False once the page has been hidden (another tab in front of it) for half a minute; true again as soon as it is seen. */
export function usePageInUse(): boolean {
  const [inUse, setInUse] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = (): void => {
      clearTimeout(timer);
      if (document.visibilityState === 'hidden') timer = setTimeout(() => setInUse(false), graceMs);
      else setInUse(true);
    };
    onChange();
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return inUse;
}
