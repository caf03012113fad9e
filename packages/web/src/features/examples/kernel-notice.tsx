import { configurationTypeLabels, kernelLabel, type ExampleKernel } from '@emberlab/contract';
import { useQuery } from '@tanstack/react-query';
import { configurationQuery, serverQuery } from '../../lib/queries.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { isUp } from '../jupyter/server-state.ts';

const { spark, python } = configurationTypeLabels;

/** Said before one copies an example for Spark while one's server has no such kernel, or would not have it. */
export function KernelNotice({ project, kernel }: { project: string; kernel: ExampleKernel }) {
  const server = useQuery(serverQuery(project)).data;
  const saved = useQuery(configurationQuery(project)).data;
  const up = server !== undefined && isUp(server);
  const configuration = up ? server.configuration : saved;
  if (kernel === 'python3' || configuration?.type !== 'python') return null;
  return (
    <Notice
      tone="warning"
      title={`The kernel ${kernelLabel(kernel)} needs the configuration ${spark}`}
      action={
        <ButtonLink size="xs" to="/projects/$project/jupyter" params={{ project }}>
          Jupyter page
        </ButtonLink>
      }
    >
      {up
        ? `Your Jupyter server runs with the configuration ${python}. Stop it on the Jupyter page, and start it with ${spark}.`
        : `Your configuration is ${python}. Choose ${spark} on the Jupyter page before you open the copy.`}
    </Notice>
  );
}
