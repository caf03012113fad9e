import { sessionBody, type SparkConfiguration } from '@emberlab/contract';

const adapter = 'emberlab_jupyter.adapter.PatientAdapter';

/** By so much sparkmagic waits longer than the platform does, whose sentence about a start that failed is the better one; s. */
const patienceSeconds = 10;

/** sparkmagic's `config.json` for a server with Spark. `gateway` is the project's Livy address, `folder` the one that the file is in. */
export function sparkmagicConfig(options: {
  gateway: string;
  configuration: SparkConfiguration;
  projectFolder: string;
  folder: string;
  sessionStartTimeoutMs: number;
  /** whether a cell whose code fails counts as failed, as what runs it by itself has to know; else its error is only shown */
  failingCells?: boolean;
}): Record<string, unknown> {
  const { gateway, configuration, projectFolder, folder } = options;
  const credentials = { url: gateway, auth: 'Emberlab', username: '', password: '' };
  return {
    kernel_python_credentials: credentials,
    kernel_scala_credentials: credentials,
    kernel_r_credentials: credentials,
    authenticators: { Emberlab: 'emberlab_jupyter.auth.TokenAuth' },
    http_session_config: {
      adapters: [
        { prefix: 'http://', adapter },
        { prefix: 'https://', adapter },
      ],
    },
    // Defaults survive a notebook's %%configure, which replaces `session_configs` alone.
    session_configs_defaults: sessionBody(configuration, projectFolder),
    livy_session_startup_timeout_seconds: Math.ceil(options.sessionStartTimeoutMs / 1000) + patienceSeconds,
    // A cell that waits behind a long one waits for as long as that takes.
    wait_for_idle_timeout_seconds: 7 * 24 * 3600,
    // A kernel that is gone frees its session after a minute.
    livy_server_heartbeat_timeout_seconds: 60,
    heartbeat_refresh_seconds: 20,
    heartbeat_retry_seconds: 5,
    // The adapter waits for a gateway that is away; these are for one that answers with an error of its own.
    retry_policy: 'configurable',
    retry_seconds_to_sleep_list: [0.2, 0.5, 1, 3, 5],
    configurable_retry_policy_max_retries: 3,
    use_auto_viz: true,
    all_errors_are_fatal: options.failingCells === true,
    // The sentences about what went wrong are `emberlab_jupyter.sentences`'.
    fatal_error_suggestion: '{}',
    logging_config: {
      version: 1,
      formatters: { magicsFormatter: { format: '%(asctime)s\t%(levelname)s\t%(message)s', datefmt: '' } },
      handlers: {
        magicsHandler: {
          class: 'hdijupyterutils.filehandler.MagicsFileHandler',
          formatter: 'magicsFormatter',
          home_path: folder,
        },
      },
      // Its debug messages are one for each request, for as long as a cell runs.
      loggers: { magicsLogger: { handlers: ['magicsHandler'], level: 'WARNING', propagate: 0 } },
    },
  };
}

/** sparkmagic's `config.json` for a server without Spark: whoever loads its magics all the same reads why they don't work. */
export function sparklessConfig(): Record<string, unknown> {
  return {
    fatal_error_suggestion: `This Jupyter server runs with the configuration "Python", which has no Spark. Please stop it and start it with "Spark/PySpark". ({})`,
  };
}
