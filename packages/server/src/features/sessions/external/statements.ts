import { LivyError } from '../livy/errors.ts';
import type { Asking } from './asking.ts';
import type { ExternalSession } from './model.ts';
import { notLivy, wrongState } from './refusals.ts';
import { readStatementAnswer, readStatementsAnswer } from './seen.ts';
import type { ExternalStatementStore } from './statement-store.ts';

export type ExternalStatements = ReturnType<typeof createExternalStatements>;

/** A statement of Livy's, as it answers it. */
type Statement = { readonly id: number; readonly state: string };

/** The statements of sessions on projects' Livy servers. Their numbers are counted by session, so they are the same here and there. */
export function createExternalStatements({ store, asking }: { store: ExternalStatementStore; asking: Asking }) {
  const find = async (session: ExternalSession, id: number): Promise<Statement> => {
    const answer = await asking.ask(session, { method: 'GET', below: `/statements/${id}` });
    if (answer.status !== 200) throw await asking.refusal(session, answer, 'GET');
    const statement = readStatementAnswer(answer.json);
    if (statement === null) throw notLivy('statement');
    return statement;
  };

  const send = async (session: ExternalSession, body: unknown): Promise<Statement> => {
    const answer = await asking.ask(session, { method: 'POST', below: '/statements', body });
    if (answer.status !== 200 && answer.status !== 201) throw await asking.refusal(session, answer, 'POST');
    const statement = readStatementAnswer(answer.json);
    if (statement === null) throw notLivy('statement');
    return statement;
  };

  const cancel = async (session: ExternalSession, id: number): Promise<void> => {
    const answer = await asking.ask(session, { method: 'POST', below: `/statements/${id}/cancel`, body: {} });
    if (answer.status >= 300) throw await asking.refusal(session, answer, 'POST');
  };

  return {
    cancel,

    /** Runs code. With a key that has been used before, nothing runs again: the statement that it made is answered. */
    async submit(session: ExternalSession, body: unknown, idempotencyKey: string | null): Promise<Statement> {
      if (session.endedAt !== null) throw wrongState(session.state);
      if (idempotencyKey === null) return send(session, body);
      const known = await store.find(session.id, idempotencyKey);
      if (known?.statementId === null) {
        throw new LivyError(
          409,
          'It is not known whether the Livy of this project has run this statement, so it is not run again.',
        );
      }
      if (known !== null) return find(session, known.statementId);
      await store.insert(session.id, idempotencyKey);
      try {
        const statement = await send(session, body);
        await store.set(session.id, idempotencyKey, statement.id);
        return statement;
      } catch (error) {
        // Only what may have been carried out must not be sent again: 424 says so.
        if (error instanceof LivyError && error.status !== 424) await store.remove(session.id, idempotencyKey);
        throw error;
      }
    },

    /** Cancels what runs; what waits behind it goes on. Livy's own way to do that would end the session. */
    async interrupt(session: ExternalSession): Promise<void> {
      const answer = await asking.ask(session, { method: 'GET', below: '/statements' });
      if (answer.status !== 200) throw await asking.refusal(session, answer, 'GET');
      const statements = readStatementsAnswer(answer.json);
      if (statements === null) throw notLivy('list of statements');
      const running = statements.find(({ state }) => state === 'running');
      if (running !== undefined) await cancel(session, running.id);
    },
  };
}
