import { realpathSync } from 'node:fs';
import type { Config } from './config.ts';
import type { Engine, NamedEngine } from './engines/engine.ts';
import { createKubernetesEngine } from './engines/kubernetes/engine.ts';
import { createLocalEngine, type LocalEngineOptions } from './engines/local/engine.ts';
import { localFacts } from './engines/local/properties.ts';
import { createStandaloneEngine } from './engines/standalone/engine.ts';
import { createYarnAsMembers } from './engines/yarn/as-members.ts';
import { createYarnEngine } from './engines/yarn/engine.ts';
import type { EngineSettings } from './engine-settings.ts';

/** What all engines are built from. */
export type SparkParts = Pick<LocalEngineOptions, 'identities' | 'warmStart'> & {
  /** Spark on this machine */
  readonly spark: Pick<LocalEngineOptions, 'clock' | 'sparkHome' | 'javaHome' | 'driverJavaOptions' | 'environment'>;
  /** what runs drivers here in the place of this machine's engine, made from it */
  readonly inPlace?: (engine: Engine) => Engine;
};

/** Every engine of the settings, the one of configurations that name none first, and that of this machine, which keeps the files of all of them. */
export function createSparkEngines(
  config: Pick<
    Config,
    | 'dataDir'
    | 'defaultEngine'
    | 'engines'
    | 'publicOrigin'
    | 'python'
    | 'paths'
    | 'serverLogBytes'
    | 'sessionEventLogBytes'
    | 'sparkMaster'
    | 'sparkrLibrary'
    | 'statementOutputLimitBytes'
  >,
  { spark, inPlace = (engine) => engine, ...parts }: SparkParts,
): {
  readonly local: NamedEngine;
  readonly all: readonly NamedEngine[];
  /** Ends what was started to ask clusters. */
  close(): Promise<void>;
} {
  const options = {
    ...spark,
    ...parts,
    sessionsFolder: config.paths.sessions,
    batchesFolder: config.paths.batches,
    outputLimitBytes: config.statementOutputLimitBytes,
    eventLogBytes: config.sessionEventLogBytes,
    logBytes: config.serverLogBytes,
    sparkrLibrary: config.sparkrLibrary,
  };
  const local: NamedEngine = {
    name: 'local',
    label: 'This machine',
    engine: inPlace(createLocalEngine({ ...options, sparkMaster: config.sparkMaster })),
    facts: localFacts({ sparkMaster: config.sparkMaster, eventLogBytes: config.sessionEventLogBytes }),
    startsAhead: true,
    capacity: async () => null,
  };
  const closing: (() => Promise<void>)[] = [];
  const made = (engine: EngineSettings) => {
    const own = engine.spark_home === null ? {} : { sparkHome: followed(engine.spark_home) };
    // The archive of classes is of the platform's own Spark.
    const another = engine.spark_home === null ? {} : { ...own, warmStart: async () => nothingWarm };
    if (engine.type === 'standalone') {
      const { master, page, driver_host: driverHost } = engine;
      return createStandaloneEngine({ master, page, driverHost }, { ...options, ...another });
    }
    const agentUrl = engine.agent_url ?? config.publicOrigin.replace(/^http/, 'ws');
    if (engine.type === 'kubernetes') {
      const { close, ...kubernetes } = createKubernetesEngine(
        {
          namespace: engine.namespace,
          namespaces: engine.namespaces,
          kubeconfig: engine.kubeconfig,
          image: engine.image,
          sparkInImage: engine.spark_in_image,
          serviceAccount: engine.service_account,
          dataClaim: engine.data_claim,
          dataPath: engine.data_path,
          imagePullSecrets: engine.image_pull_secrets,
          nodeSelector: engine.node_selector,
          podTemplate: engine.pod_template,
          dataDir: config.dataDir,
          agentUrl,
        },
        { ...options, ...own },
      );
      closing.push(close);
      return kubernetes;
    }
    const { close, ...yarn } = createYarn(
      engine.member_domain,
      {
        confDir: engine.conf_dir,
        queues: engine.queues,
        user: engine.user,
        kerberos:
          engine.keytab === null || engine.principal === null
            ? null
            : { keytab: engine.keytab, principal: engine.principal, krb5Conf: engine.krb5_conf },
        agentUrl,
        sparkOnNodes: engine.spark_on_nodes,
        archive: engine.spark_archive,
        python: engine.python,
        packed: engine.environments === 'packed',
        folder: engine.folder,
        r: engine.r,
        helperPython: config.python,
      },
      { ...options, ...another },
    );
    closing.push(close);
    return yarn;
  };
  const clusters = config.engines.map((engine): NamedEngine => {
    const { name, label } = engine;
    return { name, label: label ?? name, startsAhead: false, ...made(engine) };
  });
  const all = [local, ...clusters];
  return {
    local,
    all: all.toSorted((a, b) => rank(a) - rank(b)),
    close: async () => void (await Promise.all(closing.map((close) => close()))),
  };

  function rank({ name }: NamedEngine): number {
    return name === config.defaultEngine ? 0 : 1;
  }
}

const createYarn = (
  domain: string | null,
  ...[yarn, options]: Parameters<typeof createYarnEngine>
): ReturnType<typeof createYarnEngine> =>
  domain === null ? createYarnEngine(yarn, options) : createYarnAsMembers(yarn, { domain }, options);

const nothingWarm = { jvmOptions: [], environment: {} };

/** As for the platform's own Spark: what runs keeps its version while another is set up. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
