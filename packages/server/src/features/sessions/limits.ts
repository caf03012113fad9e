/** Times and sizes of the sessions feature. Times in milliseconds, where nothing else is said. */
export const defaultLimits = {
  /** how long a GET for a starting session or an unfinished statement is held at most */
  holdMs: 5000,
  /** the same for a busy session: shorter, because `%%info` asks five times in a row for each */
  holdBusyMs: 1000,
  /** how long an ended session stays in Livy's list */
  listedMs: 600_000,
  /** how long it stays in the dashboard's */
  keptMs: 7 * 86_400_000,
  /** how long an ended batch stays in Livy's list: whoever started it may look the next day */
  batchListedMs: 86_400_000,
  /** after this a batch counts as running, also without a Spark application */
  batchStartingMs: 60_000,
  /** finished applications whose Spark UI may be there at the same time */
  historyServers: 3,
  /** one that nobody uses for so long ends */
  historyIdleMs: 15 * 60_000,
  /** how long it may take until one is there: its event log has to be read */
  historyStartMs: 180_000,
  /** statements of a session that are kept */
  retainedStatements: 100,
  /** drivers that may be starting at the same time */
  startingDrivers: 20,
  /** how long an agent may be away before its session is shown as `recovering` */
  absentMs: 10_000,
  /** how long a driver that was asked to stop may take before it is signalled */
  stopGraceMs: 4000,
  /** the same, and how long it may take once it was signalled, where its owner has lost the right to it */
  hurriedGraceMs: 1500,
  /** how long DELETE waits for the driver's end; stop and kill are bounded below that */
  deleteMs: 10_000,
  /** a control plane that stood still for longer than this restarts the heartbeat clocks: its clients could not reach it */
  stallMs: 20_000,
  /** how often the worker looks at everything, without being woken */
  reconcileMs: 1000,
  /** how long it may take until the first byte of a statement's rows comes */
  rowsMs: 10_000,
  /** how long an agent may take to say how code may go on, 10 s for the first Scala of a session: a person waits for it */
  completeMs: 11_000,
  /** how long it may take to fetch and add a jar or a file */
  addMs: 120_000,
  /** what is measured of a session is kept at most this often: agents say it every 2 s at most, and what comes a little early is kept too */
  sampleMs: 1500,
  /** samples of a session that are kept; when there are more, older ones are thinned */
  keptSamples: 600,
  /** of these, the newest are never thinned */
  fineSamples: 200,
  /** how long an agent may take to list its executors */
  executorsMs: 5000,
  /** how long it may take to fetch a piece of an executor's log */
  executorLogMs: 15_000,
  /** how often an executor's log is looked at again while somebody follows it */
  executorLogPollMs: 2000,
  /** the largest file that can be handed in for a session, bytes: as in Livy */
  uploadBytes: 100 * 1024 ** 2,
  /** the same for all files of a session together */
  sessionUploadBytes: 1024 ** 3,
  /** how long a connection to a project's Livy may take */
  livyConnectMs: 5000,
  /** how long a project's Livy may be silent while it answers */
  livyAnswerMs: 60_000,
  /** how often a project's Livy is asked what became of what runs there */
  livyPollMs: 5000,
  /** what was asked so short a while ago need not be asked again */
  livyFreshMs: 1000,
  /** whether a request may still be carried out is looked at again when its body took longer than this */
  slowBodyMs: 2000,
  pingMs: 10_000,
  silenceMs: 30_000,
};
export type Limits = { readonly [K in keyof typeof defaultLimits]: number };

/** The largest body of a Livy request, and of one with code in it, whose characters JSON may write with six bytes. */
export const maxBodyBytes = 1024 * 1024;
export const maxCodeBodyBytes = 50 * 1024 * 1024;

/**
 * The largest message of an agent, by the limit for the text of a statement: JSON writes a control character with six bytes, and a message that is
 * refused would be sent again for ever. Above all it has to fit a string of V8.
 */
export const maxMessageBytes = (outputLimitBytes: number): number =>
  Math.min(8 * outputLimitBytes + 16 * 1024 * 1024, 500 * 1024 * 1024);

/** The largest list of statements, in characters of code and output: a longer one is cut, and its client pages on. */
export const maxListLength = 64 * 1024 * 1024;
