import type { createAdmin } from './features/admin/index.ts';
import type { createAlerts } from './features/alerts/index.ts';
import type { createAnnouncements } from './features/announcements/index.ts';
import type { createAudit } from './features/audit/index.ts';
import type { createConfigurations } from './features/configurations/index.ts';
import type { createEngines } from './features/engines/index.ts';
import type { createEnvironments } from './features/environments/index.ts';
import type { createExamples } from './features/examples/index.ts';
import type { createFiles } from './features/files/index.ts';
import type { createJobs } from './features/jobs/index.ts';
import type { createLimits } from './features/limits/index.ts';
import type { createPlatformMetrics } from './features/metrics/index.ts';
import type { createNotebooks } from './features/notebooks/index.ts';
import type { createProjects } from './features/projects/index.ts';
import type { createServers } from './features/servers/index.ts';
import type { createSessions } from './features/sessions/index.ts';
import type { createUsers } from './features/users/index.ts';

/** The parts of the platform, as `platform.ts` builds them. */
export type PlatformParts = {
  readonly admin: ReturnType<typeof createAdmin>;
  readonly alerts: ReturnType<typeof createAlerts>;
  readonly announcements: ReturnType<typeof createAnnouncements>;
  readonly audit: ReturnType<typeof createAudit>;
  readonly configurations: ReturnType<typeof createConfigurations>;
  readonly engines: ReturnType<typeof createEngines>;
  readonly environments: ReturnType<typeof createEnvironments>;
  readonly examples: ReturnType<typeof createExamples>;
  readonly files: ReturnType<typeof createFiles>;
  readonly jobs: ReturnType<typeof createJobs>;
  readonly limits: ReturnType<typeof createLimits>;
  readonly metrics: ReturnType<typeof createPlatformMetrics>;
  readonly notebooks: ReturnType<typeof createNotebooks>;
  readonly projects: ReturnType<typeof createProjects>;
  readonly servers: ReturnType<typeof createServers>;
  readonly sessions: ReturnType<typeof createSessions>;
  readonly users: ReturnType<typeof createUsers>;
};
