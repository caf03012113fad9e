import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ServerPlaces } from '../../../spawners/spawner.ts';
import { gatewayOrigin, sparkmagicConfig } from '../../servers/index.ts';
import type { JobsDeps } from '../deps.ts';
import { runFolder } from '../executions/run-folder.ts';
import type { ExecutionRecord } from '../model.ts';
import type { ProcessPlan } from './python.ts';
import type { PreparedRun } from './runner.ts';
import { filledParameters } from './variables.ts';

/** It is copied to each run, so that it is of the platform's version whichever the environment has. */
const program = join(import.meta.dirname, '../../../../../../jupyter/emberlab_jupyter/notebook_run.py');

/** Where a run leaves its executed notebook, in the project. */
export const executedNotebook = ({ id, frozen }: Pick<ExecutionRecord, 'id' | 'frozen'>): string =>
  `${runFolder({ id, frozen })}/${basename(frozen.program)}`;

/** A notebook with its own kernel, which reaches Spark as in a Jupyter server. */
export const notebookPlan =
  ({ tokens, config }: Pick<JobsDeps, 'tokens' | 'config'>) =>
  async ({ run, projectFolder }: PreparedRun, places: ServerPlaces): Promise<ProcessPlan> => {
    const { configuration, parameters } = run.frozen;
    const source = join(projectFolder, run.frozen.program);
    const sparkmagic = join(places.folder, 'sparkmagic');
    const plan = {
      source,
      target: join(projectFolder, executedNotebook(run)),
      parameters: filledParameters(parameters, run, projectFolder),
      sockets: places.sockets,
    };
    const spark = configuration.type === 'spark';
    return {
      // -I: the project's folder is not on the import path of what runs the notebook
      args: ['-I', join(places.folder, 'notebook_run.py'), join(places.folder, 'plan.json')],
      env: {
        JUPYTER_CONFIG_DIR: join(places.folder, 'jupyter'),
        JUPYTER_RUNTIME_DIR: places.runtime,
        IPYTHONDIR: join(places.home, '.ipython'),
        JPY_SESSION_NAME: source,
        EMBER_PROJECT_FOLDER: projectFolder,
        SPARKMAGIC_CONF_DIR: sparkmagic,
        EMBER_TOKEN_FILE: join(sparkmagic, 'token'),
      },
      files: {
        'notebook_run.py': await readFile(program, 'utf8'),
        'plan.json': JSON.stringify(plan),
        ...(spark
          ? {
              'sparkmagic/config.json': JSON.stringify(
                sparkmagicConfig({
                  gateway: `${gatewayOrigin(config)}/livy/${run.project.name}`,
                  configuration,
                  projectFolder,
                  folder: sparkmagic,
                  sessionStartTimeoutMs: config.sessionStartTimeoutMs,
                  failingCells: true,
                }),
              ),
              'sparkmagic/token': await tokens.issueForRun({
                executionId: run.id,
                userId: run.user.id,
                projectId: run.project.id,
              }),
            }
          : {}),
      },
      // sparkmagic writes its log beside its settings.
      folders: ['sparkmagic', 'runtime', 'jupyter'],
    };
  };
