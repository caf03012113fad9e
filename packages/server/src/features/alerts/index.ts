import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createSealer } from '../../lib/seal.ts';
import { createAnnounce } from './announce.ts';
import { createAttempt } from './attempt.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createMailSender } from './mail.ts';
import { createJobLookup } from './job-lookup.ts';
import { createReceiverStore } from './receiver-store.ts';
import { createReceiverService } from './receivers.ts';
import { registerAlertRoutes } from './routes.ts';
import { createRuleStore } from './rule-store.ts';
import { createSend } from './send.ts';
import { createAlertService } from './service.ts';
import { createTargets } from './targets.ts';
import { createWebhookSender } from './webhook.ts';
import { createAlertWorker } from './worker.ts';

export type AlertsDeps = {
  db: Kysely<Database>;
  clock: Clock;
  config: Pick<Config, 'mail' | 'alertsAllowed' | 'publicOrigin'> & {
    readonly paths: Pick<Config['paths'], 'secretsKey'>;
  };
  bus: ProjectBus;
  log: Log;
  version: string;
  random?: () => number;
};

export type Alerts = ReturnType<typeof createAlerts>;

/** Tells people and programs what comes of jobs: by webhook and e-mail, at least once. */
export function createAlerts(deps: AlertsDeps) {
  const { db, clock, config, bus, log, version } = deps;
  const jobs = createJobLookup(db);
  const receiverStore = createReceiverStore(db, createSealer(config.paths.secretsKey));
  const rules = createRuleStore(db);
  const deliveries = createDeliveryStore(db);
  const targets = createTargets(config.alertsAllowed);
  const event = { type: 'alerts' } as const;
  const changed = (projectId: string) => bus.publish({ projectId, users: [], present: () => event });
  const attempt = createAttempt({
    store: deliveries,
    targetOf: receiverStore.targetOf,
    send: createSend({
      webhook: createWebhookSender({ clock, targets, version }),
      mail: createMailSender({ clock, settings: config.mail }),
    }),
    clock,
    random: deps.random ?? Math.random,
    log,
    changed,
  });
  const announce = createAnnounce({
    rules,
    receivers: receiverStore,
    deliveries,
    running: jobs.running,
    publicOrigin: config.publicOrigin,
    clock,
    added(projectId) {
      changed(projectId);
      worker.wake();
    },
  });
  const worker = createAlertWorker({ store: deliveries, attempt, findSlow: announce.findSlow, clock, log });
  const receivers = createReceiverService({
    store: receiverStore,
    targets,
    emailAvailable: config.mail !== null,
    clock,
    changed,
  });
  const service = createAlertService({
    rules,
    deliveries,
    receivers,
    attempt,
    hasJob: jobs.hasJob,
    publicOrigin: config.publicOrigin,
    clock,
    changed,
    wake: () => worker.wake(),
  });
  return {
    registerRoutes: (router: Router): void => registerAlertRoutes(router, receivers, service),
    /** What streams begin with: the word to ask for them. */
    snapshot: (async () => [event]) satisfies ProjectSnapshot,
    runEnded: announce.runEnded,
    jobGoes: announce.jobGoes,
    findSlow: announce.findSlow,
    /** Sends all that is due, and resolves when that is done. */
    settled: worker.settled,
    start: worker.start,
    close: worker.close,
  };
}
