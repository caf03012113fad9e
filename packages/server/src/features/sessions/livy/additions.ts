import type { Asks } from '../asks.ts';
import { QuestionError } from '../link/questions.ts';
import { LivyError } from './errors.ts';

/** The kinds of things that can be added to a running session, by Livy's word for them. */
export const addable = { jar: 'jar', pyfile: 'pyFile', file: 'file' } as const;

/** Adds something to a session; answers once its driver says that it is there. Throws a 400 where it says no, and a 409 where it says nothing. */
export async function addTo(asks: Asks, sessionId: number, addition: Parameters<Asks['add']>[1]): Promise<void> {
  try {
    await asks.add(sessionId, addition);
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    throw new LivyError(error.reason === 'refused' ? 400 : 409, error.message);
  }
}
