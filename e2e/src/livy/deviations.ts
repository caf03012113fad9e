/**
 * Where Emberlab differs from Apache Livy on purpose: what each of them does. `docs/reference/livy-differences.md` is made from this table, and the cases of
 * the contract say which of its rows they show.
 */
export const deviations = {
  'login-is-needed': {
    livy: 'Anybody may do everything, unless a login is set up.',
    emberlab: 'Every request but `GET /version` needs a token; without one the answer is 401.',
  },
  'others-are-not-found': {
    livy: 'Everybody sees all sessions, and may use and delete them, unless access control is set up.',
    emberlab: 'One sees one’s own sessions and batches; others’ answer 404 on every route, as if they were not there.',
  },
  'only-for-oneself': {
    livy: '`proxyUser` and `doAs` are ignored, or let some users act for others.',
    emberlab: '`proxyUser` and `doAs` may name oneself; anybody else is refused with 403.',
  },
  'proxy-user-is-answered': {
    livy: '`proxyUser` of a session is null without impersonation, which sparkmagic shows as “None”.',
    emberlab: '`proxyUser` is the owner.',
  },
  'errors-are-objects': {
    livy: 'Some errors are an object with `msg`, some a text in JSON, some a page in HTML.',
    emberlab:
      'Errors are an object with `msg`, also for paths and methods that are none. Behind Livy’s words it may say what to do.',
  },
  'no-500-for-mistakes': {
    livy: 'A statement without code, of an unknown kind, or without a kind in a session that has none is answered with 500, which makes some clients send it again and again.',
    emberlab: 'The answer is 400, with the same words.',
  },
  'no-500-for-states': {
    livy: 'A statement for a session that is starting is answered with 500.',
    emberlab:
      'The answer is 409, with the same words. It stays 500 for a dead session: Zeppelin makes a new one on that.',
  },
  'empty-list-while-starting': {
    livy: 'The list of statements of a starting session takes 5 seconds and is answered with 500.',
    emberlab: 'It is empty, at once.',
  },
  'too-many-is-429': {
    livy: 'One start too many is answered with 400.',
    emberlab: 'The answer is 429, with the same words, and a `hint` that says the limit.',
  },
  'numbers-as-text': {
    livy: 'A number that is written as a text, such as `"driverCores": "1"`, is answered with 500.',
    emberlab: 'It is taken as the number.',
  },
  'refusals-leave-nothing': {
    livy: 'A refused request may leave a driver without a session, or an entry in the list that starts for ever.',
    emberlab:
      'A request is checked as a whole before anything is started: sizes with which Spark would not start, and jars that are none, are refused too. 0 cores or executors mean that nothing is said.',
  },
  'ids-from-one': {
    livy: 'Ids begin at 0, and refused requests use some up.',
    emberlab: 'Ids begin at 1, and refused requests use none.',
  },
  'names-are-free-at-once': {
    livy: 'The name of a dead session is taken until the session leaves the list.',
    emberlab: 'It is free at once.',
  },
  'always-utf8': {
    livy: 'Text is as good as the locale of the server.',
    emberlab: 'Text is UTF-8, whatever the locale.',
  },
  'large-output-is-cut': {
    livy: 'A text of more than 20 million characters is an error.',
    emberlab:
      'Text above the limit of the platform (16 MB by default) is cut, with a mark that says how much is missing. Rows and pictures above it are an error in words.',
  },
  'output-before-error': {
    livy: 'What was printed before an error is lost.',
    emberlab: 'It stands in front of the trace.',
  },
  'children-may-print': {
    livy: 'A child process that prints shifts all later answers by one.',
    emberlab: 'Its text belongs to the statement that has started it.',
  },
  'magics-fail-in-words': {
    livy: '`%json` and `%table` of what is not defined are answered as a success; of what can not be shown they end the interpreter.',
    emberlab: 'They are errors, and the session goes on.',
  },
  'nan-is-null': {
    livy: '`%json` writes NaN and infinity as they are, which is no JSON.',
    emberlab: 'They are null.',
  },
  'tables-have-text': {
    livy: '`%table` answers a table alone, which some clients can not show.',
    emberlab: 'It answers the table as text, too.',
  },
  'scala-by-statement': {
    livy: 'Scala runs line by line.',
    emberlab:
      'Scala runs statement by statement, however many lines one has; a class may be used in the statement that defines it.',
  },
  'r-words-are-the-error': {
    livy: 'The words of an error in R begin with all that was printed before.',
    emberlab: 'The words are R’s; what was printed before stands in the trace.',
  },
  'r-plots-without-device': {
    livy: 'A picture of R comes with the text “null device”.',
    emberlab: 'It comes with what was printed.',
  },
  'timestamps-keep-fractions': {
    livy: 'Timestamps of SQL lose their milliseconds.',
    emberlab: 'They keep them.',
  },
  'structs-are-objects': {
    livy: 'A struct in a row of SQL has a shape of its own.',
    emberlab: 'It is an object.',
  },
  'loops-are-cancelled': {
    livy: 'Cancelling ends Spark jobs. A loop in Python goes on; its statement is cancelled after 30 seconds, and the session is busy until the loop ends.',
    emberlab: 'Cancelling ends whatever runs, in every language, and keeps the variables.',
  },
  'interrupt-cancels': {
    livy: '`POST /sessions/{id}/interrupt` ends the session.',
    emberlab: 'It cancels the statement that runs.',
  },
  'completes-all-languages': {
    livy: 'Scala is completed; Python, R and SQL have no candidates. The kind has to be said.',
    emberlab: 'Python, Scala and R are completed; the kind is the session’s, unless it is said.',
  },
  'log-is-whole': {
    livy: 'The last 200 lines of each part of a log are kept.',
    emberlab: 'All lines are kept, and pages go over all of them.',
  },
  'links-are-filled': {
    livy: 'The id of an application and its links are there with YARN and Kubernetes only.',
    emberlab: 'They are there with every engine.',
  },
  'busy-is-not-idle': {
    livy: 'A session that runs something for long is ended as idle, unless the server is told not to.',
    emberlab: 'A session that runs something is not idle. What ends begins the time anew.',
  },
  'statements-end-with-their-driver': {
    livy: 'Statements are kept by the driver, and gone with it.',
    emberlab:
      'They are kept by the platform, also when the driver has died: those that ran or waited end with an error that says why.',
  },
  'ttl-ends-nothing': {
    livy: '`ttl` is the greatest age of a session, where the server looks at ages.',
    emberlab: '`ttl` is taken and answered, and ends nothing.',
  },
  'sessions-survive': {
    livy: 'Sessions end with the server, unless recovery is set up, on YARN or Kubernetes.',
    emberlab: 'Sessions, their variables and their outputs outlive restarts and crashes of the platform.',
  },
  'absent-file-is-refused': {
    livy: 'A batch whose file is not there is made, and dies.',
    emberlab: 'It is refused with 400.',
  },
  'batches-are-python-or-jars': {
    livy: 'A batch is whatever spark-submit takes.',
    emberlab: 'A batch is a Python file or a jar; anything else is refused with 400.',
  },
  'no-pages': {
    livy: 'The server has pages (`/ui`), measurements (`/metrics`) and jobs of its own client library (`submit-job`, `run-job`).',
    emberlab: 'Those answer 404. The dashboard shows sessions.',
  },
} as const satisfies Readonly<Record<string, { readonly livy: string; readonly emberlab: string }>>;

export type DeviationId = keyof typeof deviations;
