-- The database as the migrations make it. This page is generated: `node scripts/reference.ts`.

CREATE TABLE "alert_deliveries" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "receiver_id" text references "alert_receivers" ("id") on delete set null, "receiver_name" text not null, "receiver_type" text not null, "unique_key" text not null unique, "event" text not null, "job_id" integer, "job_name" text, "execution_id" integer, "message_json" text not null, "left_json" text, "state" text not null, "attempts" integer not null, "due_at" bigint, "code" integer, "answer" text, "problem" text, "created_at" bigint not null, "ended_at" bigint);

CREATE INDEX "alert_deliveries_due" on "alert_deliveries" ("state", "due_at");

CREATE INDEX "alert_deliveries_of_project" on "alert_deliveries" ("project_id", "created_at", "id");

CREATE INDEX "alert_deliveries_of_receiver" on "alert_deliveries" ("receiver_id", "created_at");

CREATE TABLE "alert_kept_rules" ("execution_id" integer primary key references "executions" ("id") on delete cascade, "job_id" integer not null, "rules_json" text not null);

CREATE TABLE "alert_receivers" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "name" text not null, "name_key" text not null, "type" text not null, "origin" text, "sealed" text, "addresses_json" text, "created_at" bigint not null, constraint "alert_receivers_name" unique ("project_id", "name_key"));

CREATE TABLE "alert_rule_receivers" ("rule_id" text not null references "alert_rules" ("id") on delete cascade, "receiver_id" text not null references "alert_receivers" ("id") on delete cascade, constraint "alert_rule_receivers_pk" primary key ("rule_id", "receiver_id"));

CREATE TABLE "alert_rules" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "job_id" integer references "jobs" ("id") on delete cascade, "event" text not null, "after_minutes" integer);

CREATE UNIQUE INDEX "alert_rules_of_job" on "alert_rules" ("job_id", "event") where job_id is not null;

CREATE UNIQUE INDEX "alert_rules_of_project" on "alert_rules" ("project_id", "event") where job_id is null;

CREATE TABLE "announcements" ("id" text primary key, "text" text not null, "level" text not null, "from_at" bigint not null, "until_at" bigint, "at_login" integer not null, "author_id" text references "users" ("id") on delete set null, "changed_at" bigint not null);

CREATE TABLE "audit_cuts" ("before" bigint primary key, "at" bigint not null);

CREATE TRIGGER audit_cuts_remain before delete on audit_cuts
begin select raise(abort, 'the audit log is not changed'); end;

CREATE TRIGGER audit_cuts_stay before update on audit_cuts
begin select raise(abort, 'the audit log is not changed'); end;

CREATE TABLE "audit_events" ("id" integer primary key autoincrement, "at" bigint not null, "actor_id" text, "actor" text, "via" text not null, "token" text, "action" text not null, "target" text, "project_id" text, "project" text, "address" text, "request_id" text, "outcome" text not null, "code" text, "repeats" integer default 0 not null);

CREATE INDEX "audit_events_action" on "audit_events" ("action", "id");

CREATE INDEX "audit_events_at" on "audit_events" ("at");

CREATE INDEX "audit_events_project" on "audit_events" ("project_id", "id");

CREATE TRIGGER audit_events_remain before delete on audit_events
when old.at >= coalesce((select max(before) from audit_cuts), 0)
begin select raise(abort, 'the audit log is not changed'); end;

CREATE TRIGGER audit_events_stay before update on audit_events
begin select raise(abort, 'the audit log is not changed'); end;

CREATE TABLE "backfills" ("id" integer primary key autoincrement, "job_id" integer not null references "jobs" ("id") on delete cascade, "cron" text not null, "timezone" text not null, "from_at" bigint not null, "to_at" bigint not null, "state" text not null, "next_at" bigint, "total" integer not null, "made" integer not null, "failed" integer not null, "created_by" text references "users" ("id") on delete set null, "created_at" bigint not null, "ended_at" bigint);

CREATE INDEX "backfills_job" on "backfills" ("job_id", "id");

CREATE INDEX "backfills_running" on "backfills" ("ended_at") where "ended_at" is null;

CREATE TABLE "batches" ("id" integer primary key autoincrement, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "name" text, "state" text not null, "stop_reason" text, "request_json" text not null, "idempotency_key" text, "application_id" text, "problem" text, "pid" integer, "start_ticks" text, "created_at" bigint not null, "launched_at" bigint, "ended_at" bigint, "execution_id" integer, "ui_id" text, "engine" text default 'local' not null, "cluster_id" text);

CREATE INDEX "batches_ended" on "batches" ("ended_at");

CREATE UNIQUE INDEX "batches_execution" on "batches" ("execution_id") where "execution_id" is not null;

CREATE UNIQUE INDEX "batches_idempotency_key" on "batches" ("project_id", "user_id", "idempotency_key") where "idempotency_key" is not null;

CREATE INDEX "batches_project" on "batches" ("project_id", "user_id");

CREATE TABLE "binned_files" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "path" text not null, "type" text not null, "bytes" bigint, "deleted_at" bigint not null, "deleted_by" text);

CREATE INDEX "binned_files_project" on "binned_files" ("project_id", "deleted_at");

CREATE TABLE "chain_successes" ("job_id" integer not null, "after_id" integer not null, "execution_id" integer not null, "logical_at" bigint, "window_start" bigint, "window_end" bigint, "used_at" bigint, constraint "chain_successes_pk" primary key ("job_id", "execution_id"), constraint "chain_successes_chain" foreign key ("job_id", "after_id") references "chains" ("job_id", "after_id") on delete cascade);

CREATE TABLE "chains" ("job_id" integer not null references "jobs" ("id") on delete cascade, "after_id" integer not null references "jobs" ("id") on delete cascade, constraint "chains_pk" primary key ("job_id", "after_id"));

CREATE INDEX "chains_after" on "chains" ("after_id");

CREATE TABLE "cli_codes" ("digest" text primary key, "login_digest" text not null references "logins" ("digest") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "challenge" text not null, "token_json" text not null, "expires_at" bigint not null);

CREATE TABLE "configuration_defaults" ("project_id" text primary key references "projects" ("id") on delete cascade, "jupyter_json" text not null, "jobs_json" text not null, "changed_at" bigint not null);

CREATE TABLE "configurations" ("project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "configuration_json" text not null, "updated_at" bigint not null, constraint "configurations_pk" primary key ("project_id", "user_id"));

CREATE TABLE "default_limits" ("whose" text not null, "kind" text not null, "value" bigint not null, constraint "default_limits_pk" primary key ("whose", "kind"));

CREATE TABLE "disk_uses" ("project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null, "bytes" bigint not null, "measured_at" bigint not null, constraint "disk_uses_pk" primary key ("project_id", "user_id"));

CREATE TABLE "dismissed_announcements" ("announcement_id" text not null references "announcements" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, constraint "dismissed_announcements_pk" primary key ("announcement_id", "user_id"));

CREATE TABLE "ended_tours" ("user_id" text primary key references "users" ("id") on delete cascade, "ended_at" bigint not null);

CREATE TABLE "engine_projects" ("engine" text not null references "restricted_engines" ("engine") on delete cascade, "project_id" text not null references "projects" ("id") on delete cascade, constraint "engine_projects_pk" primary key ("engine", "project_id"));

CREATE INDEX "engine_projects_project" on "engine_projects" ("project_id");

CREATE TABLE "environment_operations" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "number" integer not null, "kind" text not null, "state" text not null, "title" text not null, "by_email" text, "change_json" text not null, "asked_json" text, "revision_id" text references "revisions" ("id") on delete cascade, "makes_revision" integer not null, "cancel_wanted" integer default 0 not null, "problem" text, "changes_json" text, "conflicts" integer, "created_at" bigint not null, "started_at" bigint, "ended_at" bigint, constraint "environment_operations_number" unique ("project_id", "number"));

CREATE INDEX "environment_operations_state" on "environment_operations" ("state");

CREATE TABLE "environments" ("project_id" text primary key references "projects" ("id") on delete cascade, "current_revision_id" text references "revisions" ("id"));

CREATE TABLE "execution_executors" ("execution_id" integer primary key references "executions" ("id") on delete cascade, "executors_json" text not null);

CREATE TABLE "execution_samples" ("execution_id" integer not null references "executions" ("id") on delete cascade, "at" bigint not null, "sample_json" text not null, constraint "execution_samples_pk" primary key ("execution_id", "at"));

CREATE TABLE "executions" ("id" integer primary key autoincrement, "project_id" text not null references "projects" ("id") on delete cascade, "job_id" integer references "jobs" ("id") on delete set null, "user_id" text not null references "users" ("id") on delete cascade, "key" text not null, "state" text not null, "stop_reason" text, "stop_note" text, "frozen_json" text not null, "trigger_json" text not null, "attempt" integer not null, "logical_at" bigint, "window_start" bigint, "window_end" bigint, "revision" integer, "timeline_json" text not null, "application_id" text, "ui_kept" integer default 0 not null, "notebook" text, "reason" text, "created_at" bigint not null, "not_before" bigint not null, "started_at" bigint, "ended_at" bigint, "announced_at" bigint);

CREATE INDEX "executions_announce" on "executions" ("announced_at") where "announced_at" is null;

CREATE INDEX "executions_job" on "executions" ("job_id", "id");

CREATE UNIQUE INDEX "executions_key" on "executions" ("job_id", "key");

CREATE INDEX "executions_live" on "executions" ("ended_at") where "ended_at" is null;

CREATE INDEX "executions_project" on "executions" ("project_id", "id");

CREATE INDEX "executions_state" on "executions" ("project_id", "state", "id");

CREATE INDEX "executions_time" on "executions" ("project_id", "created_at");

CREATE TABLE "external_sessions" ("type" text not null, "id" integer not null, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "livy_id" text references "livy_servers" ("id") on delete set null, "server_id" text references "servers" ("id") on delete set null, "external_id" integer, "external_name" text not null, "kind" text, "name" text, "notebook" text, "state" text not null, "stop_reason" text, "request_json" text not null, "idempotency_key" text, "application_id" text, "spark_ui_url" text, "driver_log_url" text, "problem" text, "created_at" bigint not null, "ready_at" bigint, "ended_at" bigint, constraint "external_sessions_pk" primary key ("type", "id"));

CREATE UNIQUE INDEX "external_sessions_idempotency_key" on "external_sessions" ("type", "project_id", "user_id", "idempotency_key") where "idempotency_key" is not null;

CREATE INDEX "external_sessions_livy" on "external_sessions" ("livy_id", "ended_at");

CREATE INDEX "external_sessions_project" on "external_sessions" ("project_id", "user_id");

CREATE INDEX "external_sessions_server" on "external_sessions" ("server_id");

CREATE TABLE "external_statements" ("session_type" text not null, "session_id" integer not null, "idempotency_key" text not null, "statement_id" integer, constraint "external_statements_pk" primary key ("session_id", "idempotency_key"), constraint "external_statements_session" foreign key ("session_type", "session_id") references "external_sessions" ("type", "id") on delete cascade);

CREATE TABLE "facts" ("name" text primary key, "value" text not null);

CREATE TABLE "file_rules" ("project_id" text primary key references "projects" ("id") on delete cascade, "bin_days" integer not null, "log_days" integer, "log_newest" integer not null);

CREATE TABLE "file_uploads" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "folder" text not null, "name" text not null, "bytes" bigint not null, "changed_at" bigint, "conflict" text not null, "started_at" bigint not null, "touched_at" bigint not null);

CREATE INDEX "file_uploads_project" on "file_uploads" ("project_id", "user_id");

CREATE TABLE "former_members" ("project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "left_at" bigint not null, constraint "former_members_pk" primary key ("project_id", "user_id"));

CREATE TABLE "grants" ("digest" text primary key, "target_id" text not null, "user_id" text not null references "users" ("id") on delete cascade, "login_digest" text references "logins" ("digest") on delete cascade, "token_id" text references "tokens" ("id") on delete cascade, "created_at" bigint not null, "expires_at" bigint not null, "project_id" text references "projects" ("id") on delete cascade, "role" text);

CREATE INDEX "grants_login" on "grants" ("login_digest");

CREATE INDEX "grants_target" on "grants" ("target_id");

CREATE INDEX "grants_token" on "grants" ("token_id");

CREATE TABLE "group_roles" ("project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "role" text not null, constraint "group_roles_pk" primary key ("project_id", "user_id"));

CREATE TABLE "history_servers" ("session_id" integer primary key, "pid" integer, "start_ticks" text, "created_at" bigint not null);

CREATE TABLE "identities" ("issuer" text not null, "subject" text not null, "user_id" text not null references "users" ("id") on delete cascade, "created_at" bigint not null, constraint "identities_pk" primary key ("issuer", "subject"));

CREATE INDEX "identities_user" on "identities" ("user_id");

CREATE TABLE "invitations" ("id" text primary key, "digest" text not null unique, "project_id" text not null references "projects" ("id") on delete cascade, "role" text not null, "email" text, "created_by" text not null references "users" ("id") on delete cascade, "created_at" bigint not null, "expires_at" bigint not null, "uses" integer not null, "max_uses" integer not null);

CREATE INDEX "invitations_project" on "invitations" ("project_id");

CREATE TABLE "job_turns" ("id" integer primary key autoincrement, "job_id" integer not null references "jobs" ("id") on delete cascade, "backfill_id" integer references "backfills" ("id") on delete cascade, "kind" text not null, "key" text not null, "trigger_json" text not null, "at" bigint not null, "logical_at" bigint, "window_start" bigint, "window_end" bigint, "manner" text not null, "state" text not null, "reason" text, "execution_id" integer, "over_at" bigint, constraint "job_turns_key" unique ("job_id", "key"));

CREATE INDEX "job_turns_job" on "job_turns" ("job_id", "kind", "id");

CREATE INDEX "job_turns_open" on "job_turns" ("over_at", "state", "job_id") where "over_at" is null;

CREATE TABLE "jobs" ("id" integer primary key autoincrement, "project_id" text not null references "projects" ("id") on delete cascade, "owner_id" text not null references "users" ("id") on delete cascade, "name" text not null, "name_key" text not null, "type" text not null, "program" text not null, "main_class" text, "arguments_json" text not null, "parameters_json" text not null, "configuration_json" text not null, "policy_json" text not null, "created_at" bigint not null, "updated_at" bigint not null, constraint "jobs_name" unique ("project_id", "name_key"));

CREATE TABLE "livy_servers" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "url" text not null, "login" text not null, "user_name" text, "sealed_secret" text, "run_as" text not null, "set_by_admin" integer not null, "changed_at" bigint not null, "retired_at" bigint);

CREATE UNIQUE INDEX "livy_servers_one_current" on "livy_servers" ("project_id") where retired_at is null;

CREATE TABLE "login_failures" ("key" text primary key, "count" integer not null, "until" bigint not null);

CREATE TABLE "logins" ("digest" text primary key, "user_id" text not null references "users" ("id") on delete cascade, "created_at" bigint not null, "last_seen_at" bigint not null, "expires_at" bigint not null, "id" text, "ends_at" bigint, "address" text, "user_agent" text);

CREATE INDEX "logins_user" on "logins" ("user_id");

CREATE TABLE "machine_samples" ("at" bigint primary key, "sample_json" text not null);

CREATE TABLE "members" ("project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "role" text not null, "since" bigint not null, constraint "members_pk" primary key ("project_id", "user_id"));

CREATE INDEX "members_user" on "members" ("user_id");

CREATE TABLE "notebook_runs" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "server_id" text not null references "servers" ("id") on delete cascade, "process" text not null, "path" text not null, "kernel" text not null, "executions" integer not null, "first_at" bigint not null, "last_at" bigint not null, constraint "notebook_runs_process" unique ("server_id", "process"));

CREATE INDEX "notebook_runs_path" on "notebook_runs" ("project_id", "path", "last_at", "id");

CREATE INDEX "notebook_runs_recent" on "notebook_runs" ("project_id", "last_at", "id");

CREATE INDEX "notebook_runs_user" on "notebook_runs" ("project_id", "user_id", "last_at", "id");

CREATE TABLE "package_index" ("id" integer primary key, "settings" text not null);

CREATE TABLE "program_histories" ("batch_id" integer primary key references "batches" ("id") on delete cascade, "pid" integer, "start_ticks" text, "created_at" bigint not null);

CREATE TABLE "project_limits" ("project_id" text not null references "projects" ("id") on delete cascade, "kind" text not null, "value" bigint, constraint "project_limits_pk" primary key ("project_id", "kind"));

CREATE TABLE "projects" ("id" text primary key, "name" text not null unique, "label" text not null, "created_at" bigint not null, "last_activity_at" bigint not null, "archived_at" bigint, "deleting_at" bigint, "deletion_step" text, "deletion_problem" text);

CREATE TABLE "restricted_engines" ("engine" text primary key, "since" bigint not null);

CREATE TABLE "revision_requests" ("revision_id" text not null references "revisions" ("id") on delete cascade, "name" text not null, "kind" text not null, "requirement" text not null, "detail" text, constraint "revision_requests_pk" primary key ("revision_id", "name"));

CREATE TABLE "revisions" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "number" integer not null, "state" text not null, "step" text, "progress" real not null, "problem" text, "python_version" text, "packages" integer, "pid" integer, "start_ticks" text, "created_at" bigint not null, "ready_at" bigint, "removed_at" bigint, constraint "revisions_number" unique ("project_id", "number"));

CREATE TABLE "schedules" ("job_id" integer primary key references "jobs" ("id") on delete cascade, "cron" text not null, "timezone" text not null, "start_at" bigint, "end_at" bigint, "enabled" integer not null, "missed" text not null, "overlap" text not null, "handled_at" bigint not null, "next_at" bigint, "changed_by" text references "users" ("id") on delete set null, "changed_at" bigint not null);

CREATE INDEX "schedules_next" on "schedules" ("next_at");

CREATE TABLE "servers" ("id" text primary key, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "state" text not null, "configuration_json" text not null, "revision_id" text references "revisions" ("id"), "steps_json" text not null, "problem_json" text, "pid" integer, "start_ticks" text, "created_at" bigint not null, "started_at" bigint, "ready_at" bigint, "ended_at" bigint, "stops_at" bigint, "stop_reason" text, "activity_json" text, "limits_json" text, "memory_end_json" text, "stop_note" text);

CREATE INDEX "servers_live" on "servers" ("id") where ended_at is null;

CREATE INDEX "servers_live_user" on "servers" ("user_id") where ended_at is null;

CREATE UNIQUE INDEX "servers_one_live" on "servers" ("project_id", "user_id") where ended_at is null;

CREATE INDEX "servers_owner" on "servers" ("project_id", "user_id", "created_at");

CREATE TABLE "session_samples" ("session_id" integer not null references "sessions" ("id") on delete cascade, "at" bigint not null, "sample_json" text not null, constraint "session_samples_pk" primary key ("session_id", "at"));

CREATE TABLE "sessions" ("id" integer primary key autoincrement, "project_id" text not null references "projects" ("id") on delete cascade, "user_id" text not null references "users" ("id") on delete cascade, "server_id" text references "servers" ("id") on delete set null, "kind" text not null, "name" text, "notebook" text, "state" text not null, "stop_reason" text, "request_json" text not null, "idempotency_key" text, "secret_digest" text not null, "ui_id" text not null unique, "application_json" text, "problem" text, "pid" integer, "start_ticks" text, "heartbeat_seconds" integer not null, "created_at" bigint not null, "ready_at" bigint, "ended_at" bigint, "ahead_key" text, "event_log" text, "execution_id" integer, "engine" text default 'local' not null, "cluster_id" text);

CREATE INDEX "sessions_execution" on "sessions" ("execution_id");

CREATE UNIQUE INDEX "sessions_idempotency_key" on "sessions" ("project_id", "user_id", "idempotency_key") where "idempotency_key" is not null;

CREATE INDEX "sessions_live" on "sessions" ("id") where ended_at is null;

CREATE INDEX "sessions_live_user" on "sessions" ("user_id") where ended_at is null;

CREATE INDEX "sessions_project" on "sessions" ("project_id", "ended_at");

CREATE INDEX "sessions_secret" on "sessions" ("secret_digest");

CREATE INDEX "sessions_server" on "sessions" ("server_id");

CREATE TABLE "set_up_links" ("digest" text primary key, "created_at" bigint not null, "expires_at" bigint not null);

CREATE TABLE "statements" ("session_id" integer not null references "sessions" ("id") on delete cascade, "id" integer not null, "code" text not null, "kind" text not null, "state" text not null, "output_json" text, "progress" real not null, "created_at" bigint not null, "started_at" bigint not null, "completed_at" bigint not null, "idempotency_key" text, constraint "statements_pk" primary key ("session_id", "id"));

CREATE UNIQUE INDEX "statements_idempotency_key" on "statements" ("session_id", "idempotency_key") where "idempotency_key" is not null;

CREATE TABLE "tickets" ("digest" text primary key, "target_id" text not null, "user_id" text not null references "users" ("id") on delete cascade, "login_digest" text references "logins" ("digest") on delete cascade, "token_id" text references "tokens" ("id") on delete cascade, "path" text not null, "expires_at" bigint not null, "project_id" text references "projects" ("id") on delete cascade, "role" text);

CREATE INDEX "tickets_target" on "tickets" ("target_id");

CREATE TABLE "tokens" ("id" text primary key, "user_id" text not null references "users" ("id") on delete cascade, "project_id" text references "projects" ("id") on delete cascade, "server_id" text references "servers" ("id") on delete cascade, "name" text not null, "digest" text not null unique, "created_at" bigint not null, "expires_at" bigint, "last_used_at" bigint, "scopes_json" text, "projects_json" text, "execution_id" integer);

CREATE INDEX "tokens_execution" on "tokens" ("execution_id");

CREATE INDEX "tokens_server" on "tokens" ("server_id");

CREATE INDEX "tokens_user" on "tokens" ("user_id");

CREATE TABLE "unix_accounts" ("id" integer primary key autoincrement, "kind" text not null, "project_id" text not null, "user_id" text not null, "unix_id" integer not null, constraint "unix_accounts_whose" unique ("kind", "project_id", "user_id"));

CREATE TABLE "user_limits" ("user_id" text not null references "users" ("id") on delete cascade, "kind" text not null, "value" bigint, constraint "user_limits_pk" primary key ("user_id", "kind"));

CREATE TABLE "users" ("id" text primary key, "email" text not null unique, "name" text not null, "password_hash" text not null, "admin" integer not null, "created_at" bigint not null, "disabled_at" bigint, "kind" text default 'person' not null);
