import { z } from 'zod';
import type { RouteShape } from '../route-shape.ts';
import { listOf, nothing, opaqueId } from '../schemas/primitives.ts';
import { projectName } from '../schemas/projects.ts';
import {
  alertDelivery,
  alertReceiver,
  alertReceivers,
  alertRules,
  alertRulesBody,
  deliveriesQuery,
  jobAlertRules,
  jobAlertRulesBody,
  receiverBody,
  receiverWithSecret,
} from './schemas.ts';

const inProject = z.object({ project: projectName });
const byId = inProject.extend({ id: opaqueId });
const ofJob = inProject.extend({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
});

/** Who is told what comes of jobs. */
export const alertRoutes = {
  'alerts.receivers': {
    method: 'GET',
    path: '/projects/{project}/alerts/receivers',
    access: { project: 'viewer' },
    summary: 'Where alerts of the project can go, by name',
    params: inProject,
    response: alertReceivers,
  },
  'alerts.addReceiver': {
    method: 'POST',
    path: '/projects/{project}/alerts/receivers',
    access: { project: 'owner' },
    summary: 'Add a webhook or e-mail addresses',
    params: inProject,
    body: receiverBody,
    status: 201,
    response: receiverWithSecret,
  },
  'alerts.changeReceiver': {
    method: 'PUT',
    path: '/projects/{project}/alerts/receivers/{id}',
    access: { project: 'owner' },
    summary: 'Change its name or where it is; it stays of its type, and a webhook keeps its secret',
    params: byId,
    body: receiverBody,
    response: alertReceiver,
  },
  'alerts.removeReceiver': {
    method: 'DELETE',
    path: '/projects/{project}/alerts/receivers/{id}',
    access: { project: 'owner' },
    summary: 'Remove one from the project and its rules; what still waits for it is given up',
    params: byId,
    response: nothing,
  },
  'alerts.newSecret': {
    method: 'POST',
    path: '/projects/{project}/alerts/receivers/{id}/secret',
    access: { project: 'owner' },
    summary: 'Give a webhook another secret; for a day what is sent is signed with the former one as well',
    params: byId,
    response: receiverWithSecret,
  },
  'alerts.testReceiver': {
    method: 'POST',
    path: '/projects/{project}/alerts/receivers/{id}/test',
    access: { project: 'owner' },
    summary: 'Send a test, once, and say what came of it',
    params: byId,
    response: alertDelivery,
  },
  'alerts.rules': {
    method: 'GET',
    path: '/projects/{project}/alerts/rules',
    access: { project: 'viewer' },
    summary: 'Who is told what of all jobs of the project',
    params: inProject,
    response: alertRules,
  },
  'alerts.setRules': {
    method: 'PUT',
    path: '/projects/{project}/alerts/rules',
    access: { project: 'owner' },
    summary: 'Set that',
    params: inProject,
    body: alertRulesBody,
    response: alertRules,
  },
  'alerts.jobRules': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}/alerts',
    access: { project: 'viewer' },
    summary: 'Who is told what of one job',
    params: ofJob,
    response: jobAlertRules,
  },
  'alerts.setJobRules': {
    method: 'PUT',
    path: '/projects/{project}/jobs/{id}/alerts',
    access: { project: 'editor' },
    summary: "Set the job's own rules",
    params: ofJob,
    body: jobAlertRulesBody,
    response: jobAlertRules,
  },
  'alerts.deliveries': {
    method: 'GET',
    path: '/projects/{project}/alerts/deliveries',
    access: { project: 'editor' },
    summary: 'Alerts that were sent or are to be, the newest first',
    params: inProject,
    query: deliveriesQuery,
    response: listOf(alertDelivery),
  },
  'alerts.resend': {
    method: 'POST',
    path: '/projects/{project}/alerts/deliveries/{id}/resend',
    access: { project: 'editor' },
    summary: 'Send one that has ended once more, as the same message',
    params: byId,
    status: 202,
    response: alertDelivery,
  },
} as const satisfies Record<string, RouteShape>;
