import type { Session } from '@emberlab/contract';
import { createContext, use } from 'react';

/** The application whose page this is. */
export const ApplicationContext = createContext<Session | null>(null);

/** The application whose page the calling component is part of. */
export function useApplication(): Session {
  const session = use(ApplicationContext);
  if (session === null) throw new Error('There is no application around this.');
  return session;
}
