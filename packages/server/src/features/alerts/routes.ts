import type { Router } from '../../http/router.ts';
import type { ReceiverService } from './receivers.ts';
import type { AlertService } from './service.ts';

/** Who is told what comes of jobs. */
export function registerAlertRoutes(router: Router, receivers: ReceiverService, service: AlertService): void {
  router.handle('alerts.receivers', ({ membership }) => receivers.list(membership));
  router.handle('alerts.addReceiver', ({ membership, body }) => receivers.add(membership.project.id, body));
  router.handle('alerts.changeReceiver', ({ membership, params, body }) =>
    receivers.change(membership.project.id, params.id, body),
  );
  router.handle('alerts.removeReceiver', async ({ membership, params }) => {
    await receivers.remove(membership.project.id, params.id);
    return {};
  });
  router.handle('alerts.newSecret', ({ membership, params }) => receivers.newSecret(membership.project.id, params.id));
  router.handle('alerts.testReceiver', ({ membership, params }) => service.test(membership.project.id, params.id));

  router.handle('alerts.rules', ({ membership }) => service.rules(membership.project.id));
  router.handle('alerts.setRules', ({ membership, body }) => service.setRules(membership.project.id, body.rules));
  router.handle('alerts.jobRules', ({ membership, params }) => service.jobRules(membership.project.id, params.id));
  router.handle('alerts.setJobRules', ({ membership, params, body }) =>
    service.setJobRules(membership.project.id, params.id, body.rules),
  );

  router.handle('alerts.deliveries', ({ membership, query }) => service.deliveries(membership.project.id, query));
  router.handle('alerts.resend', ({ membership, params }) => service.resend(membership.project.id, params.id));
}
