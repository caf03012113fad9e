import { classicNotebook } from './plugins/classic-notebook.ts';
import { commands } from './plugins/commands.ts';
import { connection } from './plugins/connection.ts';
import { endWarning } from './plugins/end-warning.ts';
import { kernelStatus } from './plugins/kernel-status.ts';
import { narrowWindow } from './plugins/narrow-window.ts';
import { ownServer } from './plugins/own-server.ts';
import { projectLink } from './plugins/project-link.ts';
import { runAsJob } from './plugins/run-as-job.ts';
import { serverUse } from './plugins/server-use.ts';
import { sparkSession } from './plugins/spark-session.ts';
import { tabTitle } from './plugins/tab-title.ts';
import { timeLeft } from './plugins/time-left.ts';
import { variables } from './plugins/variables.ts';

// oxlint-disable-next-line import/no-default-export -- where JupyterLab looks
export default [
  ownServer,
  commands,
  connection,
  kernelStatus,
  timeLeft,
  serverUse,
  endWarning,
  tabTitle,
  projectLink,
  classicNotebook,
  runAsJob,
  variables,
  sparkSession,
  narrowWindow,
];
