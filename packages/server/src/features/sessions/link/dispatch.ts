import type { Lifecycle } from '../lifecycle.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { SessionFrame } from './frames.ts';

/** What each frame of an agent means for its session. `bye` means nothing yet: the end of the process does. */
export async function dispatch(
  { lifecycle, recorder }: { lifecycle: Lifecycle; recorder: Recorder },
  sessionId: number,
  frame: SessionFrame,
): Promise<void> {
  switch (frame.type) {
    case 'ready':
      await lifecycle.ready(sessionId, frame.application);
      return;
    case 'failed':
      await lifecycle.failed(sessionId, frame.message);
      return;
    case 'started':
      await lifecycle.started(sessionId, frame.id, frame.startedAt);
      return;
    case 'output':
      await lifecycle.output(sessionId, frame.id, frame);
      return;
    case 'progress':
      await lifecycle.progress(sessionId, frame.id, frame);
      return;
    case 'result':
      await lifecycle.result(sessionId, frame);
      return;
    case 'metrics': {
      const { type: _type, ...metrics } = frame;
      await lifecycle.metrics(sessionId, metrics);
      return;
    }
    case 'sample': {
      const { type: _type, ...sample } = frame;
      await recorder.record(sessionId, sample);
      return;
    }
    case 'bye':
      return;
  }
}
