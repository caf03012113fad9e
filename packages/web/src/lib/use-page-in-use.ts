import { useEffect, useState } from 'react';
import { watchPageInUse } from './page-in-use.ts';

/** False once the page has been hidden (another tab in front of it) for half a minute; true again as soon as it is seen. */
export function usePageInUse(): boolean {
  const [inUse, setInUse] = useState(true);
  useEffect(() => watchPageInUse(setInUse), []);
  return inUse;
}
