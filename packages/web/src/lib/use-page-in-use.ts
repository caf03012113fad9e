import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { watchPageInUse } from './page-in-use.ts';

/** False once the page has been hidden (another tab in front of it) for half a minute, or is left; true again as soon as it is seen. */
export function usePageInUse(): boolean {
  const [inUse, setInUse] = useState(true);
  useEffect(
    () =>
      watchPageInUse((now) => {
        if (now) setInUse(true);
        // At once, with the effects: a page that is left runs nothing after this, and would keep its streams.
        else flushSync(() => setInUse(false));
      }),
    [],
  );
  return inUse;
}
