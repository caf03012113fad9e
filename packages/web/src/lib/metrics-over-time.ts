import type { MetricsOverTime } from '@emberlab/contract';

/** What is known of an application over time, with what was asked for since its last point. */
export function addToHistory(known: MetricsOverTime | undefined, news: MetricsOverTime): MetricsOverTime {
  if (known === undefined) return news;
  const last = known.points.at(-1)?.at ?? '';
  return { ...news, points: [...known.points, ...news.points.filter(({ at }) => at > last)] };
}
