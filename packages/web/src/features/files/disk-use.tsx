import { isReached } from '@emberlab/contract';
import { Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { limitsQuery } from '../../lib/queries.ts';
import { countOf, formatBytes } from '../../lib/units.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { shareOf, spellUse } from '../limits/limit-words.ts';
import { useProject } from '../projects/project-context.ts';
import { filesUsageQuery } from './queries.ts';

/** The room that the project's files take, with its limit; when that is reached, what to do. */
export function DiskUse() {
  const project = useProject();
  const { data } = useQuery(limitsQuery(project.name));
  const use = data?.project.find(({ kind }) => kind === 'disk');
  if (use === undefined) return null;
  const share = shareOf(use);
  const text = spellUse(use);
  return (
    <>
      <Group gap="sm" wrap="nowrap" maw={420}>
        <Text size="xs" c="dimmed" className="el-tabular">
          Files of the project: {text}
          {use.measuredAt !== null && (
            <>
              , measured <RelativeTime at={use.measuredAt} />
            </>
          )}
        </Text>
        {share !== null && (
          <Progress
            w={90}
            size={4}
            value={share * 100}
            color={isReached(use) ? 'red.7' : 'gray.6'}
            aria-label={`Files of the project: ${text}`}
          />
        )}
      </Group>
      <StorageQuotas />
      {isReached(use) && (
        <Notice tone="warning" title="The project has no room left">
          <Text size="sm">
            Nothing can be uploaded, and nothing starts. Please delete what is not needed any more, then empty the{' '}
            <AnchorLink to="/projects/$project/files/bin" params={{ project: project.name }}>
              bin
            </AnchorLink>
            : what is in it counts until it is removed for good.
          </Text>
        </Notice>
      )}
    </>
  );
}

const storages = { hdfs: 'HDFS', s3: 'an object store' } as const;

/** Where the files are when they are not on this machine, and the quotas of that place. */
function StorageQuotas() {
  const project = useProject();
  const { data } = useQuery(filesUsageQuery(project.name));
  if (data === undefined || data.storage === 'disk') return null;
  const { space, names } = data;
  return (
    <Text size="xs" c="dimmed" className="el-tabular">
      On {storages[data.storage]}
      {space !== null && `, ${formatBytes(space.used)} of a quota of ${formatBytes(space.most)}`}
      {names !== null && `, ${names.used} of a quota of ${countOf(names.most, 'file')} and folders`}
    </Text>
  );
}
