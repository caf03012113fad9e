// What this extension uses of JupyterLab 4, and no more: JupyterLab's own packages are three hundred, for the sake of a few types. That these describe
// what is really there, the end-to-end test shows.

declare module '@lumino/coreutils' {
  /** Names a service that one plugin provides and others ask for. */
  export class Token<T> {
    constructor(name: string, description?: string);
    private readonly type: T;
  }
}

declare module '@lumino/widgets' {
  import type { CommandRegistry } from '@lumino/commands';

  export class Widget {
    constructor(options?: { node?: HTMLElement });
    readonly node: HTMLElement;
    id: string;
    readonly title: { label: string; caption: string };
    /** what Lumino calls once the widget has come into sight, and once it has left it */
    protected onAfterShow(): void;
    protected onAfterHide(): void;
  }

  export class Menu extends Widget {
    constructor(options: { commands: CommandRegistry });
    addItem(item: { command?: string; type?: 'command' | 'separator' }): unknown;
    open(x: number, y: number): void;
  }
}

declare module '@lumino/commands' {
  export type CommandOptions = {
    label: string | (() => string);
    caption?: string | (() => string);
    isEnabled?: () => boolean;
    isVisible?: () => boolean;
    execute: () => unknown;
  };

  export interface CommandRegistry {
    addCommand(id: string, options: CommandOptions): unknown;
    execute(id: string): Promise<unknown>;
    notifyCommandChanged(id: string): void;
  }
}

declare module '@jupyterlab/application' {
  import type { CommandRegistry } from '@lumino/commands';
  import type { Token } from '@lumino/coreutils';
  import type { Widget } from '@lumino/widgets';

  export interface JupyterFrontEnd {
    readonly commands: CommandRegistry;
    /** resolves once everything is on the page */
    readonly restored: Promise<void>;
    readonly shell: { add(widget: Widget, area: 'top' | 'right', options?: { rank?: number }): void };
  }

  /** JupyterLab's own shell; other applications have another. */
  export interface ILabShell {
    collapseLeft(): void;
    collapseRight(): void;
  }
  export const ILabShell: Token<ILabShell>;

  /** What is called for each request that the server did not answer. */
  export type IConnectionLost = () => Promise<void>;
  export const IConnectionLost: Token<IConnectionLost>;

  /** `activate` gets the required services, then the optional ones: null where there are none. */
  export type JupyterFrontEndPlugin<T> = {
    id: string;
    description: string;
    autoStart: boolean;
    requires?: readonly Token<unknown>[];
    optional?: readonly Token<unknown>[];
    provides?: Token<T>;
    activate: (app: JupyterFrontEnd, ...services: never[]) => T;
  };
}

declare module '@jupyterlab/apputils' {
  import type { Token } from '@lumino/coreutils';

  export interface ICommandPalette {
    addItem(item: { command: string; category: string }): unknown;
  }
  export const ICommandPalette: Token<ICommandPalette>;

  type DialogButton = { readonly accept: boolean };
  export const Dialog: { cancelButton(): DialogButton; warnButton(options: { label: string }): DialogButton };
  export function showDialog(options: {
    title: string;
    body: string;
    buttons: readonly DialogButton[];
  }): Promise<{ readonly button: DialogButton }>;

  type Action = { label: string; caption?: string; displayType?: 'default' | 'accent'; callback: () => void };
  /** `autoClose`: after so many ms; false: never */
  type Options = { autoClose?: number | false; actions?: Action[] };

  export const Notification: {
    warning(message: string, options?: Options): string;
    error(message: string, options?: Options): string;
    dismiss(id: string): void;
  };
}

declare module '@jupyterlab/coreutils' {
  export const PageConfig: { getBaseUrl(): string };
}

declare module '@jupyterlab/mainmenu' {
  import type { Token } from '@lumino/coreutils';

  export interface IMainMenu {
    readonly fileMenu: { addGroup(items: { command: string }[], rank?: number): unknown };
    readonly helpMenu: { addGroup(items: { command: string }[], rank?: number): unknown };
  }
  export const IMainMenu: Token<IMainMenu>;
}

declare module '@jupyterlab/notebook' {
  import type { Token } from '@lumino/coreutils';
  import type { Kernel } from '@jupyterlab/services';

  type Signal<T> = { connect(slot: (sender: unknown, value: T) => void): boolean };

  /** What connects a notebook or a console to its kernel. */
  export interface SessionContext {
    readonly session: { readonly kernel: Kernel | null } | null;
    readonly kernelChanged: Signal<unknown>;
    readonly statusChanged: Signal<string>;
    readonly connectionStatusChanged: Signal<string>;
    readonly disposed: Signal<unknown>;
  }

  export interface INotebookTracker {
    readonly widgetAdded: Signal<{ readonly sessionContext: SessionContext }>;
    /** the notebook that was in front last */
    readonly currentWidget: {
      readonly context: { readonly path: string; save(): Promise<void> };
      readonly sessionContext: SessionContext;
    } | null;
    readonly currentChanged: Signal<unknown>;
  }
  export const INotebookTracker: Token<INotebookTracker>;
}

declare module '@jupyterlab/console' {
  import type { Token } from '@lumino/coreutils';
  import type { SessionContext } from '@jupyterlab/notebook';

  export interface IConsoleTracker {
    readonly widgetAdded: {
      connect(slot: (sender: unknown, value: { readonly sessionContext: SessionContext }) => void): boolean;
    };
  }
  export const IConsoleTracker: Token<IConsoleTracker>;
}

declare module '@jupyterlab/services' {
  /** A channel between a page and a kernel, for messages of their own. */
  export interface Comm {
    onMsg: (message: { content: { data: unknown } }) => void;
    onClose: (message: unknown) => void;
    open(): unknown;
    dispose(): void;
  }

  export interface Kernel {
    readonly name: string;
    /** `unknown` until it has said something on a connection */
    readonly status: string;
    readonly connectionStatus: string;
    requestHistory(request: { hist_access_type: 'tail'; n: number; output: boolean; raw: boolean }): Promise<unknown>;
    /** connects anew; resolves once that has worked */
    reconnect(): Promise<void>;
    createComm(target: string): Comm;
  }
}

declare module '@jupyterlab/statusbar' {
  import type { Token } from '@lumino/coreutils';
  import type { Widget } from '@lumino/widgets';

  export interface IStatusBar {
    registerStatusItem(id: string, item: { item: Widget; align: 'left' | 'middle' | 'right'; rank: number }): unknown;
  }
  export const IStatusBar: Token<IStatusBar>;
}
