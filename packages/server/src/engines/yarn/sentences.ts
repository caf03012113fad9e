import { EngineError, type DriverExit } from '../engine.ts';
import { ClusterFailure, type ClusterState, type QueueState, type Report } from './answers.ts';

/** Who did not answer. */
export type Part = 'manager' | 'files';

const parts: Record<Part, string> = {
  manager: 'YARN’s resource manager',
  files: 'The cluster’s file system (HDFS)',
};

/** What a failed question means for whoever waits, as a sentence. */
export function sentenceOf(error: unknown, part: Part): string {
  if (!(error instanceof ClusterFailure)) return `${parts[part]} could not be asked. The log of the platform says why.`;
  switch (error.kind) {
    case 'away':
      return `${parts[part]} does not answer. Please try again later, or ask an administrator.`;
    case 'ticket':
      return ticketProblem(error.message);
    case 'refused': {
      const whom = /not allowed to impersonate (\S+)/.exec(error.message)?.[1];
      if (whom !== undefined) {
        return `The cluster does not let Emberlab act as its user ${whom}. Please ask an administrator, who can allow that (hadoop.proxyuser).`;
      }
      return `${parts[part]} does not let Emberlab do this: ${error.message}. Please ask an administrator.`;
    }
    case 'unfit':
      return error.message;
    case 'gone':
    case 'other':
      break;
  }
  return `${parts[part]} answered: ${error.message}`;
}

/** Why Kerberos lets Emberlab in no more, in Java's words, as a sentence. */
function ticketProblem(said: string): string {
  const principal = /principal:? (\S+@\S+)/.exec(said)?.[1] ?? 'the engine’s user';
  const keytab = /keytab:? (\S+)/.exec(said)?.[1];
  const file = keytab === undefined ? 'the keytab' : `the keytab ${keytab}`;
  const ask = 'Please ask an administrator.';
  if (/Unable to obtain password|keytab file does not exist|does not contain any keys/i.test(said)) {
    return `Emberlab can’t read ${file}, or it has no key of ${principal}. ${ask}`;
  }
  if (/Client not found|\(6\)/.test(said)) return `Kerberos knows no ${principal}. ${ask}`;
  if (/Pre-authentication|Checksum failed|Integrity check|\(24\)|\(31\)/.test(said)) {
    return `The key of ${principal} in ${file} is not the one that Kerberos has: another keytab was made, or its password was changed. ${ask}`;
  }
  if (/Clock skew|\(37\)/.test(said)) {
    return `The clocks of Emberlab’s machine and of Kerberos are too far apart. ${ask}`;
  }
  if (/KDC|timed out|refused|realm/i.test(said) && /locate|contact|timed out|refused|realm/i.test(said)) {
    return `Kerberos (KDC) does not answer, so there is no ticket for ${principal}. Please try again later, or ask an administrator.`;
  }
  if (/token.*(expired|can't be found)|InvalidToken/i.test(said)) {
    return 'What showed the cluster who asks has expired. Please start it again.';
  }
  return `The cluster asks for a Kerberos ticket, which Emberlab does not have, or which has expired. ${ask}`;
}

/** The same, for what it was asked on behalf of somebody. */
export const engineError = (error: unknown, part: Part): EngineError =>
  error instanceof EngineError ? error : new EngineError(sentenceOf(error, part), { cause: error });

/** Why spark-submit could not hand an application over, by the last lines of its output. */
export function submitProblem(lines: readonly string[]): string {
  const text = lines.join('\n');
  const memory = /Required (?:executor|AM) memory \([^\n]*?is above the max threshold \((\d+) MB/.exec(text);
  if (memory !== null) {
    return `One container of the cluster can have ${memory[1]} MB, which is less than the driver or an executor was to have with what Spark adds for itself. Please ask for less memory in the configuration.`;
  }
  if (/AccessControlException[^\n]*queue|cannot submit applications? to queue/i.test(text)) {
    return 'Emberlab may not start applications in this queue of YARN. Please choose another one, or ask an administrator.';
  }
  const stranger = /AccessControlException\S*: Permission denied: user=(\S+?), access=/.exec(text);
  if (stranger !== null) {
    return `The cluster’s file system (HDFS) does not let ${stranger[1]} write there: that user needs a home folder, such as /user/${stranger[1]}. Please ask an administrator.`;
  }
  if (/GSSException|GSS initiate failed|KerberosAuthException|Client cannot authenticate via/.test(text)) {
    return sentenceOf(new ClusterFailure('ticket', ''), 'manager');
  }
  if (/(?:ConnectException|NoRouteToHostException|UnknownHostException)/.test(text)) {
    return 'The cluster did not answer while the application was handed over. Please try again later, or ask an administrator.';
  }
  const line = lines.findLast((one) => /^(?:Exception in thread|Caused by|Error|\S+Exception)\b/.test(one.trim()));
  const said = line?.trim().slice(0, 300);
  return `The application could not be handed over to YARN.${said === undefined ? ' Its log says more.' : ` Spark says: ${said}`}`;
}

/** What is left below it no container fits into. */
const nearlyAll = 0.9;

const gigabytes = (megabytes: number): string => `${Math.round((megabytes / 1024) * 10) / 10}`;

/** What an application waits for that YARN has not begun to run, for people. `queue`: of those that wait there, the ones before it count. */
export function waitingIn(name: string, queue: QueueState | null, { nodes }: ClusterState): string {
  const sum = (of: (node: ClusterState['nodes'][number]) => number) => nodes.reduce((all, one) => all + of(one), 0);
  const most = sum((node) => node.memory);
  const free = Math.max(0, most - sum((node) => node.used));
  const before = queue?.waiting ?? 0;
  const behind = before === 0 ? '' : ` behind ${before} ${before === 1 ? 'other' : 'others'}`;
  const place = `The application waits in the queue ${name.replace(/^root\./, '')}${behind}`;
  if (nodes.length === 0) return `${place}: no machine takes part in the YARN cluster now.`;
  // One that may have all of the cluster has its room from that alone.
  if (queue !== null && queue.share < 1 && queue.taken >= queue.share * nearlyAll) {
    return `${place}: the queue has all that it may have, ${Math.round(queue.share * 100)} % of the YARN cluster.`;
  }
  return `${place}: the YARN cluster has ${gigabytes(free)} of ${gigabytes(most)} GB of memory free.`;
}

/** How an ended application ended, as the exit of a driver. */
export function exitOf({ state, final, diagnostics }: Report): DriverExit {
  if (final === 'SUCCEEDED') return { code: 0, signal: null };
  const said = saidIn(diagnostics);
  const more = said === null ? {} : { said };
  if (state === 'KILLED' || final === 'KILLED') return { code: null, signal: 'SIGTERM', ...more };
  // As Spark says it of a program, and YARN of a container.
  const code = /exited with (?:status )?(\d+)|exitCode: (\d+)/.exec(diagnostics);
  return { code: Number(code?.[1] ?? code?.[2] ?? 1), signal: null, ...more };
}

/** What YARN says of an end that no log tells as well, as a sentence; null: nothing. */
function saidIn(diagnostics: string): string | null {
  const memory = /beyond (?:the )?'?(?:PHYSICAL|VIRTUAL)'? memory limit[^]*?of ([\d.]+ [KMGT]?B) physical memory/i.exec(
    diagnostics,
  );
  if (memory !== null) {
    return `YARN ended the Spark driver because it took more memory than its container has (${memory[1]}). Please give it more "Driver memory", or let less data come to the driver.`;
  }
  const who = /killed by user (\S+)/.exec(diagnostics);
  if (who !== null) return `The application was ended at YARN by the user ${who[1]}.`;
  if (/preempted/i.test(diagnostics)) {
    return 'YARN took the Spark driver’s container away for an application of another queue. Please start it again, or choose another queue in the configuration.';
  }
  const python = /Cannot run program "?([^"\s]*python[^"\s]*)"?[^]*?error=(2|13)\b/.exec(diagnostics);
  if (python !== null) {
    return `There is no Python in ${python[1]} on the machine of the cluster that was to run the driver. Please ask an administrator.`;
  }
  const file =
    /(?:FileNotFoundException: )?File (?:file|hdfs):(\S+) does not exist|Resource (\S+) changed on src filesystem/.exec(
      diagnostics,
    );
  if (file !== null)
    return `A file that the application needs could not be brought to the cluster’s machines: ${file[1] ?? file[2]}.`;
  if (/timed out|Expired/.test(diagnostics) && /ApplicationMaster|AM|attempt/.test(diagnostics)) {
    return 'YARN heard nothing of the Spark driver any more: its machine may be gone. Please start it again.';
  }
  return null;
}
