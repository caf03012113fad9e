import { z } from 'zod';
import { executionStates } from '../words.ts';

export const executionState = z.enum(executionStates);
export type ExecutionState = z.infer<typeof executionState>;
