/** A variable of a remote session. The value is a line; empty where it is no plain data. */
export type Variable = { readonly name: string; readonly type: string; readonly value: string };

/** What is known of the notebook in front. `none`: no notebook, or its kernel has no Spark session to ask for. */
export type Known = 'none' | 'asking' | 'unknown' | readonly Variable[];

const words = {
  none: 'Variables of a Spark session are shown here: open a notebook with a Spark kernel.',
  asking: 'Asking the kernel…',
  unknown: 'Run a cell: the variables that it defines in the Spark session are shown here.',
  empty: 'The session has no variables yet.',
} as const;

const isVariable = (value: unknown): value is Variable => {
  const { name, type, value: text } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof type === 'string' && typeof text === 'string';
};

/** What a kernel has said: `{variables}`, a list or null. */
export function readVariables(data: unknown): Known {
  const { variables } = (data ?? {}) as { variables?: unknown };
  return Array.isArray(variables) ? variables.filter(isVariable) : 'unknown';
}

export type VariablesPanel = { readonly node: HTMLElement; show(known: Known): void };

/** A table of name, type and value. What was known stays while the session can't say, since a cell runs. */
export function makeVariablesPanel(): VariablesPanel {
  const node = document.createElement('div');
  node.className = 'emberlab-Variables';
  const say = (text: string): void => {
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    node.replaceChildren(paragraph);
  };
  say(words.none);

  return {
    node,
    show(known) {
      if (known === 'unknown' && node.querySelector('table') !== null) return;
      if (typeof known === 'string') say(words[known]);
      else if (known.length === 0) say(words.empty);
      else node.replaceChildren(tableOf(known));
    },
  };
}

function tableOf(variables: readonly Variable[]): HTMLTableElement {
  const table = document.createElement('table');
  const caption = table.createCaption();
  caption.textContent = 'Variables of the Spark session';
  const head = table.createTHead().insertRow();
  for (const label of ['Name', 'Type', 'Value']) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = label;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const variable of variables.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const row = body.insertRow();
    for (const text of [variable.name, variable.type, variable.value]) {
      const cell = row.insertCell();
      cell.textContent = text;
      cell.title = text;
    }
  }
  return table;
}
