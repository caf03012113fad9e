import type { createProgram } from '../../packages/cli/src/program.ts';

type Command = ReturnType<typeof createProgram>;
type Option = Command['options'][number];
type Argument = Command['registeredArguments'][number];

const escape = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ').trim();

const table = (rows: readonly (readonly [string, string])[]): string[] =>
  rows.length === 0
    ? []
    : ['| argument, option | meaning |', '|---|---|', ...rows.map(([name, what]) => `| ${name} | ${what} |`), ''];

const choicesOf = ({ argChoices }: Option | Argument): string =>
  argChoices === undefined ? '' : `; one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;

/** What commander says of a default, where the description does not. */
function defaultOf({ defaultValue, description }: Option | Argument): string {
  const isSaid =
    defaultValue === undefined || defaultValue === false || defaultValue === '' || description.includes('default');
  return isSaid ? '' : ` (default: \`${String(defaultValue)}\`)`;
}

function optionRow(option: Option): [string, string] {
  const needed = option.mandatory ? ' (has to be given)' : '';
  return [
    `\`${escape(option.flags).replaceAll('&lt;', '<')}\``,
    escape(option.description) + choicesOf(option) + defaultOf(option) + needed,
  ];
}

const argumentRow = (argument: Argument): [string, string] => {
  const name = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return [
    `\`${argument.variadic ? name.replace(/(.)$/, '…$1') : name}\``,
    escape(argument.description) + choicesOf(argument) + defaultOf(argument),
  ];
};

const isOwn = (option: Option): boolean => option.long !== '--help';

/** A command with its arguments and options, and those below it. */
function sectionsOf(command: Command, path: string, depth: number): string[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const options = help.visibleOptions(command).filter(isOwn);
  const line = [path, ...command.registeredArguments.map((each) => argumentRow(each)[0].slice(1, -1))].join(' ');
  return [
    `${'#'.repeat(depth)} ${path}`,
    '',
    sentence(command.description()),
    '',
    ...(below.length === 0 ? ['```', line, '```', ''] : []),
    ...table([...help.visibleArguments(command).map(argumentRow), ...options.map(optionRow)]),
    ...below.flatMap((each) => sectionsOf(each, `${path} ${each.name()}`, Math.min(depth + 1, 4))),
  ];
}

const sentence = (description: string): string => {
  const text = escape(description);
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
};

/** Everything that the command line can do, as it says itself. */
export function cliPage(program: Command, generated: string): string {
  const help = program.createHelp();
  return [
    '# Command line',
    '',
    `\`emberlab\` is run from the clone as \`./emberlab\`. What administrators do works on the data folder of the same machine; \`env\`, \`file\`, \`job\`, \`execution\` and \`alert\``,
    `ask a platform anywhere, with the token that \`emberlab login\` has got. ${generated}`,
    '',
    'A command ends with 0 when it is done, with 1 when it failed, and with 2 when the command itself or the settings are wrong. `--help` behind any of them says what is here.',
    '',
    ...table(help.visibleOptions(program).filter(isOwn).map(optionRow)),
    ...help
      .visibleCommands(program)
      .filter((each) => each.name() !== 'help')
      .flatMap((each) => sectionsOf(each, `emberlab ${each.name()}`, 2)),
  ].join('\n');
}
