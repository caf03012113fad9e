import { EngineError } from '../engine.ts';

/** What a cluster may call its users. */
const plainName = /^[a-z_][a-z0-9_.-]{0,31}$/;
/** Who looks after clusters is nobody's member, whatever an address begins with. */
const reserved = new Set(
  `root daemon nobody admin hdfs yarn yarn-ats mapred hadoop hive hbase spark oozie kms http httpfs livy hue knox impala zookeeper kafka ranger atlas solr flink tez
   nn dn jn rm nm jhs sn`.split(/\s+/),
);

/**
 * As which user of the cluster a member's applications run: what stands before the `@` of an address of this domain. Others could choose an address that begins as
 * that of somebody else. Throws an `EngineError`.
 */
export function memberName(email: string | undefined, { domain, user }: { domain: string; user: string }): string {
  const [, name = '', where = ''] = /^(.+)@([^@]+)$/.exec((email ?? '').toLowerCase()) ?? [];
  if (where !== domain.toLowerCase()) {
    throw new EngineError(
      `Applications on this cluster run as their members, who are those with an address at ${domain}. Please choose another engine in the configuration.`,
    );
  }
  if (!plainName.test(name) || reserved.has(name) || name === user) {
    throw new EngineError(
      `Your address stands for no user of this cluster: ${name} is no name of one, or one of the cluster’s own. Please ask an administrator.`,
    );
  }
  return name;
}
