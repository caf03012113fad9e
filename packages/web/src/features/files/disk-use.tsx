import { isReached } from '@emberlab/contract';
import { Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { limitsQuery } from '../../lib/queries.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { shareOf, spellUse } from '../limits/limit-words.ts';
import { useProject } from '../projects/project-context.ts';

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
