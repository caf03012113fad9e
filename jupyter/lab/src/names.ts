/** Names of this extension's commands. */
export const command = {
  end: 'emberlab:end',
  extend: 'emberlab:extend',
  noLimit: 'emberlab:no-limit',
  project: 'emberlab:project',
  classic: 'emberlab:classic-notebook',
  job: 'emberlab:run-as-job',
  sparkUi: 'emberlab:spark-ui',
  sparkLog: 'emberlab:spark-log',
  restartSpark: 'emberlab:restart-spark',
  stopSpark: 'emberlab:stop-spark',
} as const;

/** Under which the command palette lists them. */
export const category = 'Emberlab';
