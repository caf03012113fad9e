import type { AlertDelivery, AlertEvent, DeliveryState, ReceiverType } from '@emberlab/contract';

export type AlertTables = {
  alert_receivers: AlertReceiversTable;
  alert_rules: AlertRulesTable;
  alert_rule_receivers: AlertRuleReceiversTable;
  alert_deliveries: AlertDeliveriesTable;
  alert_kept_rules: AlertKeptRulesTable;
};

/** The rules of a job that is gone, for a run of it whose end was not told yet. */
export type AlertKeptRulesTable = { execution_id: number; job_id: number; rules_json: string };

export type AlertReceiversTable = {
  id: string;
  project_id: string;
  name: string;
  /** the name as it is compared */
  name_key: string;
  type: ReceiverType;
  /** of a webhook: what of its address anybody may see */
  origin: string | null;
  /** of a webhook: its address and its secrets as JSON, see lib/seal.ts */
  sealed: string | null;
  addresses_json: string | null;
  created_at: number;
};

export type AlertRulesTable = {
  id: string;
  project_id: string;
  /** null: it holds for all jobs that have none of their own for the event */
  job_id: number | null;
  event: AlertEvent;
  after_minutes: number | null;
};

export type AlertRuleReceiversTable = { rule_id: string; receiver_id: string };

export type AlertDeliveriesTable = {
  id: string;
  project_id: string;
  receiver_id: string | null;
  receiver_name: string;
  receiver_type: ReceiverType;
  unique_key: string;
  event: AlertDelivery['event'];
  job_id: number | null;
  job_name: string | null;
  execution_id: number | null;
  message_json: string;
  /** of e-mail: the addresses that it has not reached; null: all */
  left_json: string | null;
  state: DeliveryState;
  /** since it was asked for, or asked for again */
  attempts: number;
  /** when it may be taken; of one that is being sent: when whoever took it has lost it. null: it has ended */
  due_at: number | null;
  code: number | null;
  answer: string | null;
  problem: string | null;
  created_at: number;
  ended_at: number | null;
};
